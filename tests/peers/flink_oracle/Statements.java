import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The statements of a text: cut at `;` outside quotes and comments; a statement set lasts to its END. */
final class Statements {
    private Statements() {}

    static List<String> split(String text) {
        List<String> all = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int next = pieceEnd(text, at);
            String piece = text.substring(at, next);
            at = next;
            boolean isComment = piece.startsWith("--") || piece.startsWith("/*") && !piece.startsWith("/*+");
            if (piece.equals(";") && !isOpenSet(current.toString())) {
                add(all, current);
            } else {
                current.append(isComment ? " " : piece);
            }
        }
        add(all, current);
        return all;
    }

    static boolean isQuery(String statement) {
        String head = statement.toUpperCase(Locale.ROOT);
        return head.startsWith("SELECT") || head.startsWith("WITH") || head.startsWith("(");
    }

    static boolean isInsert(String statement) {
        String head = statement.toUpperCase(Locale.ROOT);
        return head.startsWith("INSERT") || head.startsWith("EXECUTE STATEMENT SET");
    }

    /** End of the comment, the quoted text or the single character that starts at `at`. */
    private static int pieceEnd(String text, int at) {
        char first = text.charAt(at);
        int end;
        if (text.startsWith("--", at)) {
            end = text.indexOf('\n', at);
        } else if (text.startsWith("/*", at)) {
            end = text.indexOf("*/", at) + 2;
        } else if (first == '\'' || first == '`') {
            end = text.indexOf(first, at + 1) + 1;
        } else {
            end = at + 1;
        }
        return end <= at ? text.length() : end;
    }

    private static boolean isOpenSet(String statement) {
        String head = statement.trim().toUpperCase(Locale.ROOT);
        return head.startsWith("EXECUTE STATEMENT SET") && !head.matches("(?s).*;\\s*END");
    }

    private static void add(List<String> all, StringBuilder statement) {
        if (!statement.toString().isBlank()) {
            all.add(statement.toString().trim());
        }
        statement.setLength(0);
    }
}
