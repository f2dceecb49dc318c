import LibFuzzer

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  LibFuzzer.check(bytes, count, with: EventInvariants.check)
}

@main
enum EventFuzzer {
  static func main() {
    LibFuzzer.run { testOneInput($0, $1) }
  }
}
