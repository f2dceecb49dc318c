import FoundationEssentials
import NIOHTTP1
import Storage
import Testing

@testable import ModelDownload

@Suite struct `The hub's headers` {
  private let sha256 = String(repeating: "ab", count: 32)
  private let blob = String(repeating: "cd", count: 20)

  @Test func `a large file's SHA-256 and size are read from the hub's redirect`() {
    let redirect: HTTPHeaders = [
      "ETag": "\"\(blob)\"", "X-Linked-Etag": "\"\(sha256.uppercased())\"", "X-Linked-Size": "123",
    ]
    #expect(
      ResponseHeaders.identity(hub: [redirect], length: 5) == FileIdentity(size: 123, digest: .sha256(sha256))
    )
  }

  @Test func `a small file's git hash and size are read from ETag and content length`() {
    let headers: HTTPHeaders = ["ETag": "W/\"\(blob)\""]
    #expect(
      ResponseHeaders.identity(hub: [headers, [:]], length: 97)
        == FileIdentity(size: 97, digest: .gitBlob(blob)))
  }

  @Test(arguments: ["", "\"", "\"abc\"", "\"\(String(repeating: "g", count: 64))\"", "W/", "\"ä\""])
  func `an ETag that is not a hash is ignored`(_ etag: String) {
    #expect(ResponseHeaders.digest(etag) == nil)
  }

  @Test func `a file without a hash or size in the headers is unknown`() {
    #expect(ResponseHeaders.identity(hub: [], length: 97) == nil)
    #expect(ResponseHeaders.identity(hub: [["ETag": "\"\(blob)\""]], length: nil) == nil)
    #expect(
      ResponseHeaders.identity(hub: [["X-Linked-Size": "-1", "ETag": "\"\(blob)\""]], length: nil) == nil)
  }

  @Test func `a valid content range is parsed`() throws {
    let whole = try #require(ResponseHeaders.contentRange("bytes 0-9/100"))
    #expect(whole.range == 0..<10)
    #expect(whole.size == 100)
    let open = try #require(ResponseHeaders.contentRange("Bytes 5-5/*"))
    #expect(open.range == 5..<6)
    #expect(open.size == nil)
  }

  @Test(arguments: [
    "", "bytes", "bytes */100", "bytes 5-4/100", "bytes 0-100/100", "bytes 0-9223372036854775807/*",
    "bytes -5-9/100", "bytes 0-9/100/1", "bytes 99999999999999999999-1/1", "items 0-9/100", "bytes 0-9",
  ])
  func `an invalid content range is refused`(_ text: String) {
    #expect(ResponseHeaders.contentRange(text) == nil)
  }

  @Test(
    arguments: [
      ("0", 0), ("120", 120), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:48:37 GMT", 0),
      ("Mon, 07 Nov 1994 08:49:00 GMT", 86_400), ("-1", nil), ("soon", nil), ("", nil),
      ("Sun, 06 Nov 1994 08:49:37", nil), ("Sun, 06 Nov 1994 08:49:37 GMT!", nil), ("Sun, 06", nil),
    ] as [(String, Int?)])
  func `Retry-After is parsed as seconds or a date`(text: String, seconds: Int?) {
    let now = Date(timeIntervalSince1970: 784_111_740)  // Sun, 06 Nov 1994 08:49:00 GMT
    #expect(ResponseHeaders.retryAfter(text, now: now) == seconds.map { .seconds($0) })
  }
}
