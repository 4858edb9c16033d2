package stories;

import org.apache.flink.table.functions.ScalarFunction;

/** A Java function for SQL. */
public class Shout extends ScalarFunction {
    private static final long serialVersionUID = 1;

    public String eval(Long number) {
        return number + "!";
    }
}
