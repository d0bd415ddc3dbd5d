import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;

/**
 * Rows as JSON that loses nothing: decimals as text with all their digits, NaN and infinities as text, bytes as hex,
 * timestamps with at least three digits of a second, a Z behind those with a zone, map keys sorted.
 */
final class RowJson {
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

    private RowJson() {}

    static String row(Row row, List<String> names, List<LogicalType> types) {
        StringBuilder out = new StringBuilder("{\"op\":\"").append(row.getKind().shortString()).append('"');
        for (int i = 0; i < names.size(); i++) {
            out.append(',');
            text(out, names.get(i));
            out.append(':');
            value(out, row.getField(i), types.get(i));
        }
        return out.append("}\n").toString();
    }

    static void text(StringBuilder out, String s) {
        out.append('"');
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 32) {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    private static void value(StringBuilder out, Object v, LogicalType type) {
        if (v == null || v instanceof Boolean || v instanceof Number && !(v instanceof BigDecimal)) {
            scalar(out, v);
        } else if (v instanceof Row row) {
            record(out, row, (RowType) type);
        } else if (v instanceof Map<?, ?> map) {
            map(out, map, ((MapType) type).getValueType());
        } else if (v.getClass().isArray() && !(v instanceof byte[])) {
            array(out, v, ((ArrayType) type).getElementType());
        } else {
            text(out, textOf(v));
        }
    }

    private static void scalar(StringBuilder out, Object v) {
        boolean isFloat = v instanceof Double || v instanceof Float;
        if (isFloat && !Double.isFinite(((Number) v).doubleValue())) {
            text(out, v.toString());
        } else {
            out.append(v);
        }
    }

    private static String textOf(Object v) {
        if (v instanceof BigDecimal number) {
            return number.toPlainString();
        } else if (v instanceof LocalDateTime time) {
            return stamp(time);
        } else if (v instanceof Instant time) {
            return stamp(LocalDateTime.ofInstant(time, ZoneOffset.UTC)) + "Z";
        } else if (v instanceof LocalTime time) {
            return time.format(DateTimeFormatter.ofPattern("HH:mm:ss"));
        } else if (v instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        return v instanceof LocalDate ? v.toString() : String.valueOf(v);
    }

    private static String stamp(LocalDateTime time) {
        String fraction = String.format(Locale.ROOT, "%09d", time.getNano()).replaceAll("0{1,6}$", "");
        return time.format(SECONDS) + "." + fraction;
    }

    private static void record(StringBuilder out, Row row, RowType type) {
        for (int i = 0; i < row.getArity(); i++) {
            out.append(i == 0 ? '{' : ',');
            text(out, type.getFieldNames().get(i));
            out.append(':');
            value(out, row.getField(i), type.getTypeAt(i));
        }
        out.append('}');
    }

    private static void map(StringBuilder out, Map<?, ?> map, LogicalType type) {
        TreeMap<String, Object> sorted = new TreeMap<>();
        map.forEach((key, v) -> sorted.put(String.valueOf(key), v));
        char before = '{';
        out.append(sorted.isEmpty() ? "{" : "");
        for (Map.Entry<String, Object> entry : sorted.entrySet()) {
            out.append(before);
            before = ',';
            text(out, entry.getKey());
            out.append(':');
            value(out, entry.getValue(), type);
        }
        out.append('}');
    }

    private static void array(StringBuilder out, Object array, LogicalType type) {
        out.append('[');
        for (int i = 0; i < Array.getLength(array); i++) {
            out.append(i == 0 ? "" : ",");
            value(out, Array.get(array, i), type);
        }
        out.append(']');
    }
}
