import Diagnosis
import Testing

@Suite struct `A version` {
  @Test(arguments: [
    ("1.33.0.20260529-26625960453", "1.33.0"), ("2026.4.1-21542-abc", "2026.4.1"), ("2026.2", "2026.2.0"),
    ("1:1.16.1-1", "1.16.1"), ("1.27.0-1~24.04~ppa2", "1.27.0"),
  ])
  func `a version is parsed from its first three numbers`(text: String, version: String) {
    #expect(Version(parsing: text)?.description == version)
  }

  @Test(arguments: ["", "1", "v1.2", ".", "-1.2", "99999999999999999999.1", "1.99999999999999999999", "a:"])
  func `a text without two numbers that fit is not a version`(text: String) {
    #expect(Version(parsing: text) == nil)
  }

  @Test func `versions are ordered numerically`() {
    #expect(Version(1, 9, 9) < Version(1, 17, 0))
    #expect(Version(1, 17, 17) > Version(1, 17, 6))
  }
}
