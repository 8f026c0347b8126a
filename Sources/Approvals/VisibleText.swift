/// Texts of others as people see them who decide by them: whatever does not show as itself is written out.
///
/// An agent that could turn the writing direction, hide a letter or move the cursor would show another call than the one that
/// runs. Source: Unicode Standard Annex 44 (general categories, `Default_Ignorable_Code_Point`); Unicode Technical Report 36,
/// section 2 (visual spoofing).
public enum VisibleText {
    /// The text with `\uXXXX`, as JSON writes it, for each character that does not show: controls but the line feed, writing
    /// directions, joiners, fillers, spaces that are not the usual one, separators, and what no standard gives a form.
    public static func of(_ text: String) -> String { written(text, where: isHidden) }

    /// The same for a name: all beyond ASCII is written out, so that no letter passes for one of another alphabet.
    public static func ofName(_ text: String) -> String { written(text) { !$0.isASCII || isHidden($0) } }

    /// Whether all of the text shows as itself.
    public static func isWhole(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isHidden) }

    private static func written(_ text: String, where isWrittenOut: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isWrittenOut) else { return text }
        var shown = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard isWrittenOut(scalar) else {
                shown.append(scalar)
                continue
            }
            for unit in String(scalar).utf16 { shown.append(contentsOf: escape(unit).unicodeScalars) }
        }
        return String(shown)
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 && scalar != "\n" || scalar.value == 0x7f }
        // The braille blank is a letter by its category, and nothing to see.
        if scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0x2800 { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .privateUse,
            .unassigned:
            return true
        default: return false
        }
    }
}
