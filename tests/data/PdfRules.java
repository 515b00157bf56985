import java.io.File;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** For each FLAVOUR=FILE (ua1 or 2a) a line: file, flavour, verdict, rules that are broken with an example of each. */
public class PdfRules {
    public static void main(String[] words) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String word : words) {
            String name = word.substring(0, word.indexOf('='));
            String file = word.substring(word.indexOf('=') + 1);
            PDFAFlavour flavour = PDFAFlavour.byFlavourId(name);
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), flavour);
                    PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                ValidationResult result = validator.validate(parser);
                TreeMap<String, String> broken = new TreeMap<>();
                for (TestAssertion one : result.getTestAssertions()) {
                    if (one.getStatus() == TestAssertion.Status.FAILED) {
                        String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
                        broken.putIfAbsent(rule, rule + " " + one.getMessage() + " " + one.getLocation().getContext());
                    }
                }
                String verdict = result.isCompliant() ? "passes" : "fails";
                System.out.println(file + "\t" + name + "\t" + verdict + "\t" + String.join("\t", broken.values()));
            }
        }
    }
}
