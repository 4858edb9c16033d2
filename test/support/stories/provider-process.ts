/** How the provider process is told from others: this project's own, or the one that Pulumi starts without it. */

export const isProvider = (command: string) => /dynamic-provider|provider\/process\/main/u.test(command);
