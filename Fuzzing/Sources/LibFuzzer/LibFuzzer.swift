/// libFuzzer's main function, for programs whose own one is in Swift, as the package manager requires.
public enum LibFuzzer {
  /// A test of one input, which returns 0.
  public typealias Test = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

  /// Runs libFuzzer with the arguments of the command line.
  ///
  /// - Parameter test: Called with each input. It calls ``check(_:_:with:)``.
  public static func run(_ test: Test) {
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    _ = runDriver(&count, &arguments, test)
  }

  /// Checks an input. A violated invariant is a trap; libFuzzer keeps the input.
  public static func check(
    _ bytes: UnsafePointer<UInt8>?, _ count: Int, with invariants: ([UInt8]) throws -> Void
  ) -> CInt {
    do {
      try invariants(Array(UnsafeBufferPointer(start: bytes, count: count)))
    } catch {
      fatalError("\(error)")
    }
    return 0
  }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: LibFuzzer.Test
) -> CInt
