// swift-tools-version: 6.2
// The fuzz targets under libFuzzer and AddressSanitizer, in a package of its own: sanitizers rebuild all that they touch.
// scripts/fuzz builds and runs it.
import PackageDescription

let package = Package(
    name: "aegis-fuzz",
    dependencies: [.package(name: "aegis", path: "..")],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .executableTarget(
            name: "aegis-fuzz",
            dependencies: ["CLibFuzzer", .product(name: "FuzzTargets", package: "aegis")],
            linkerSettings: [.unsafeFlags(["-use-ld=lld"])]),
    ]
)
