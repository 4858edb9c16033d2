/** Keeps web pages from the REST endpoints of a local Flink: they answer this machine's own programs and pages only. */
package flinksql.guard;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.io.network.netty.InboundChannelHandlerFactory;
import org.apache.flink.shaded.netty4.io.netty.buffer.ByteBuf;
import org.apache.flink.shaded.netty4.io.netty.buffer.Unpooled;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelFutureListener;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandler;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelHandlerContext;
import org.apache.flink.shaded.netty4.io.netty.channel.ChannelInboundHandlerAdapter;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.DefaultFullHttpResponse;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpHeaders;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpMethod;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpRequest;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpResponseStatus;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpServerCodec;
import org.apache.flink.shaded.netty4.io.netty.handler.codec.http.HttpVersion;
import org.apache.flink.shaded.netty4.io.netty.util.ReferenceCountUtil;

/** What Flink finds by java.util.ServiceLoader, in the JobManager and in the SQL Gateway, and asks for a handler for each connection. */
public final class LocalOnly implements InboundChannelHandlerFactory {
    @Override
    public int priority() {
        return 100;
    }

    @Override
    public Optional<ChannelHandler> createHandler(Configuration configuration, Map<String, String> responseHeaders) {
        return Optional.of(new Placed());
    }

    /** Flink puts it behind what stores uploads; the guard itself belongs before that, right after what reads HTTP. */
    private static final class Placed extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            ChannelHandlerContext codec = context.pipeline().context(HttpServerCodec.class);
            context.pipeline().addAfter(codec.name(), "local-only", new Guard());
        }
    }

    private static final class Guard extends ChannelInboundHandlerAdapter {
        private static final Pattern HERE = Pattern.compile("(?i)(?:127\\.0\\.0\\.1|localhost|\\[::1\\])(?::\\d+)?");
        private boolean isRefused;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            boolean isSecond = isRefused;
            if (message instanceof HttpRequest && !isAllowed((HttpRequest) message)) {
                isRefused = true;
            }
            if (!isRefused) {
                context.fireChannelRead(message);
                return;
            }
            // The rest of a refused request, and whatever comes behind it on its connection.
            ReferenceCountUtil.release(message);
            if (!isSecond) {
                refuse(context);
            }
        }

        private static boolean isAllowed(HttpRequest request) {
            HttpHeaders headers = request.headers();
            // Two of a kind could be read as one by us, and as the other one by whoever comes next.
            if (headers.getAll("Host").size() != 1 || headers.getAll("Origin").size() > 1) {
                return false;
            }
            String host = headers.get("Host");
            String origin = headers.get("Origin");
            // A name that leads here is not enough: a page of that name could read all answers.
            if (!HERE.matcher(host).matches()) {
                return false;
            }
            if (origin != null
                    && !origin.equalsIgnoreCase("http://" + host)
                    && !origin.equalsIgnoreCase("https://" + host)) {
                return false;
            }
            String site = headers.get("Sec-Fetch-Site");
            boolean isOfAnotherPage = "cross-site".equals(site) || "same-site".equals(site);
            return !isOfAnotherPage || isLinkToDashboard(request);
        }

        private static boolean isLinkToDashboard(HttpRequest request) {
            HttpHeaders headers = request.headers();
            return HttpMethod.GET.equals(request.method())
                    && "/".equals(request.uri())
                    && "navigate".equals(headers.get("Sec-Fetch-Mode"))
                    && "document".equals(headers.get("Sec-Fetch-Dest"));
        }

        private static void refuse(ChannelHandlerContext context) {
            String words = "Refused: this Flink answers programs and pages of its own machine only.\n";
            ByteBuf body = Unpooled.copiedBuffer(words, StandardCharsets.UTF_8);
            DefaultFullHttpResponse response =
                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.FORBIDDEN, body);
            response.headers()
                    .set("Content-Type", "text/plain; charset=utf-8")
                    .set("Content-Length", body.readableBytes())
                    .set("Connection", "close");
            context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
        }
    }
}
