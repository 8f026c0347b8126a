/// Bytes and digests that bundles in the field depend on. A change here is a change of the format.
enum GoldenBytes {
    static let gzip = "1f8b08000000000000ff4bccc9c92f5740265352f32a21c4e1953008910200639618252c000000"
    static let gzipOfAll = "sha256:9aba897d8d1bb481190f80b68db672bcf43e7f9ff9c0e128094dd7990945ffe8"
    static let tar = "sha256:2280010d44d562574e9f750f7336ba61f31a8f7c4da9c59ef81465be79eae13b"
    static let contentDigest = "sha256:19c287603b1c6b423b69cb4017e86bff48c1eb9de57fbb87a1c57df1020d822b"
    static let archive = "sha256:1fdcbcaa8640982ad4114e1eb7dc3f80ea7fedcb3f5e7053e247fdf3cbbe5420"
}
