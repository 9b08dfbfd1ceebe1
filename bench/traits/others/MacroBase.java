// Explains the best customers with MacroBase, on one thread.
//
//   java MacroBase CSV     prints a line for each measurement: name, ms of processor time, nothing

import edu.stanford.futuredata.macrobase.analysis.summary.aplinear.APLOutlierSummarizer;
import edu.stanford.futuredata.macrobase.datamodel.DataFrame;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

public class MacroBase {
    private static double ms() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e6;
    }

    private static DataFrame load(List<String> lines) {
        String[] names = lines.get(0).split(",");
        int rows = lines.size() - 1, columns = names.length - 1;
        String[][] values = new String[columns][rows];
        double[] best = new double[rows];
        for (int row = 0; row < rows; row++) {
            String[] fields = lines.get(row + 1).split(",");
            for (int i = 0; i < columns; i++) {
                values[i][row] = fields[i];
            }
            best[row] = Double.parseDouble(fields[columns]);
        }
        DataFrame frame = new DataFrame();
        for (int i = 0; i < columns; i++) {
            frame.addColumn(names[i], values[i]);
        }
        return frame.addColumn("_OUTLIER", best);
    }

    private static double explain(DataFrame frame, List<String> attributes) throws Exception {
        APLOutlierSummarizer summarizer = new APLOutlierSummarizer(true);
        summarizer.setRatioMetric("global_ratio").setMinRatioMetric(1.2).setMinSupport(0.01).setNumThreads(1).setMaxOrder(3)
            .setAttributes(attributes);
        double start = ms();
        summarizer.process(frame);
        return ms() - start;
    }

    public static void main(String[] arguments) throws Exception {
        double start = ms();
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        DataFrame frame = load(lines);
        System.out.printf("MacroBase: load\t%.1f\t\\N%n", ms() - start);

        String[] names = lines.get(0).split(",");
        List<String> attributes = Arrays.asList(names).subList(0, names.length - 1);
        explain(frame, attributes);     // compiles
        System.out.printf("MacroBase: explain\t%.1f\t\\N%n", explain(frame, attributes));
    }
}
