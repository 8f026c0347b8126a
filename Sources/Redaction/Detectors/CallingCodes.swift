/// Country calling codes (ITU-T E.164, list of assigned codes): by their first digits, which is how they are given out.
enum CallingCodes {
    /// The length of the code that begins an international number; 0 where none does.
    static func length(_ first: UInt8, _ second: UInt8) -> Int {
        switch first {
        case 1, 7: return 1
        case 2: return second == 0 || second == 7 ? 2 : second == 8 ? 0 : 3
        case 3: return second == 5 || second == 7 || second == 8 ? 3 : 2
        case 4: return second == 2 ? 3 : 2
        case 5: return second == 0 || second == 9 ? 3 : 2
        case 6: return second <= 6 ? 2 : 3
        case 8: return second == 1 || second == 2 || second == 4 || second == 6 ? 2 : second == 3 || second == 9 ? 0 : 3
        case 9: return second == 6 || second == 7 || second == 9 ? 3 : 2
        default: return 0
        }
    }
}
