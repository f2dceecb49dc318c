import Names
import Testing

@testable import HomeAssistant

@Suite struct `A list of names` {
  @Test(
    arguments: [
      ("Kitchen", "Kitchen"), ("  Kitchen \t", "Kitchen"), ("Living  room", "Living room"),
      ("line\nbreak", "line break"), ("carriage\r\nreturn", "carriage return"),
      ("line\u{2028}break", "line break"),
      ("bell\u{7}and \u{1B}[31mred", "bell and [31mred"), ("\u{0}zero\u{0}", "zero"), ("a\u{85}b", "a b"),
      ("\u{202E}right to left\u{202C}", "right to left"), ("\u{2066}isolate", "isolate"),
      ("厨房の照明", "厨房の照明"), ("غرفة المعيشة", "غرفة المعيشة"),
      ("👩\u{200D}👩\u{200D}👧 lamp", "👩\u{200D}👩\u{200D}👧 lamp"),
      ("0", "0"), ("Name | Other : 5", "Name | Other : 5"), ("Ca\u{301}ndido", "Cándido"),
    ])
  func `white space and control characters in a name become single spaces`(text: String, name: String) {
    #expect(NameList.cleaned(text) == name)
  }

  @Test(arguments: [
    "", " ", "\n", "...", "¿?!", "-", "\u{0}", "🛋️", "\u{301}", "\u{202E}\u{202C}", "\u{FFFD}",
  ])
  func `a name without letters and digits is left out`(text: String) {
    #expect(NameList.cleaned(text) == nil)
  }

  @Test func `a name of more than 200 characters is left out`() {
    let name = String(repeating: "x", count: 200)
    #expect(NameList.cleaned(name) == name)
    #expect(NameList.cleaned(name + "x") == nil)
    #expect(NameList.cleaned(" \(name)\n") == name)
    #expect(NameList.cleaned(String(repeating: "Lamp ", count: 40)) != nil)
    #expect(NameList.cleaned(String(repeating: "Lamp ", count: 41)) == nil)
    #expect(NameList.cleaned("z" + String(repeating: "\u{301}", count: 10_000)) == nil)
  }

  @Test func `a name is listed once`() {
    var list = NameList()
    for name in ["Kitchen", "Salon", "Kitchen", " Kitchen\n", nil, "kitchen"] { list.add(name) }
    #expect(list.names.map(\.text) == ["Kitchen", "Salon", "kitchen"])
  }

  @Test func `a full list takes no further name`() {
    var list = NameList()
    for number in 0..<NameList.maximumCount { list.add("Lamp \(number)") }
    #expect(list.isFull)
    list.add("one more")
    #expect(list.names.count == 10_000)
    #expect(list.names.last?.text == "Lamp 9999")
  }
}
