import FoundationEssentials
import ModelStore
import Testing

@testable import ModelDownload

@Suite struct `The hub's list of a repository's files` {
  private static let commit = "0123456789abcdef0123456789abcdef01234567"

  private func listing(_ json: String) -> RepositoryListing? { RepositoryListing(parsing: Data(json.utf8)) }

  @Test func `the list has the commit and the paths`() throws {
    let found = try #require(
      listing(
        #"""
        {"id": "a/b", "sha": "\#(Self.commit)", "cardData": {"tags": []}, "siblings": [
          {"rfilename": "config.json"}, {"rfilename": "fp32/encoder-model.onnx.data.000", "size": 5},
          {"rfilename": "../x"}, {"rfilename": "/etc/passwd"}, {"rfilename": "a//b"}, {"rfilename": ".gitattributes"},
          {"rfilename": ""}, {"rfilename": "a b"}]}
        """#))
    #expect(found.commit == Self.commit)
    #expect(found.names == ["config.json", "fp32/encoder-model.onnx.data.000"])
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"sha": "main", "siblings": []}"#, #"{"sha": "\#(commit)"}"#, "<html>", "\0",
    #"{"sha": "\#(commit)\#(commit.prefix(24))", "siblings": []}"#,
    String(repeating: "[", count: 100_000),
  ])
  func `anything else is not a list`(json: String) {
    #expect(listing(json) == nil)
  }

  @Test func `the addresses of list and file name the revision, and escape the path`() throws {
    let model = try #require(HubRepository(named: "a/b"))
    #expect(RemoteFile(model: model, revision: "main", name: nil).address == "api/models/a/b/revision/main")
    let file = RemoteFile(model: model, revision: Self.commit, name: "fp32/a b%é")
    #expect(file.address == "a/b/resolve/\(Self.commit)/fp32/a%20b%25%C3%A9")
  }
}
