import ModelStore
import Storage
import Testing

@Suite struct `Models of the hub` {
  private static let commit = "0123456789abcdef0123456789abcdef01234567"

  @Test func `the catalogue pins the commit of every model, and size and SHA-256 of every file`() {
    #expect(HubRepository.catalogue.map(\.name) == ["parakeet-tdt-0.6b-v3", "parakeet-tdt-0.6b-v2"])
    for model in HubRepository.catalogue {
      #expect(model.revision.count == 40)
      #expect(Set(model.files.keys) == Set(ExportFiles.allCases.flatMap(\.names)))
      for file in model.files.values {
        #expect(file.size > 0)
        #expect(file.digest.description.hasPrefix("sha256:"))
        #expect(ContentDigest(hex: file.digest.hex) == file.digest)
      }
    }
  }

  @Test func `languages and page are known for each model of the catalogue, and no other`() throws {
    #expect(HubRepository.catalogue.map { $0.known?.languages.count } == [25, 1])
    for model in HubRepository.catalogue {
      #expect(model.known?.page.hasSuffix("/nvidia/\(model.name)") == true)
    }
    #expect(try #require(HubRepository(named: "a/b@\(Self.commit)")).known == nil)
  }

  @Test func `any repository of the hub with a commit is a model's name`() throws {
    let model = try #require(HubRepository(named: "some.body/A_model-1@\(Self.commit.uppercased())"))
    #expect(model.repository == "some.body/A_model-1")
    #expect(model.revision == Self.commit)
    #expect(model.folder == "some.body--A_model-1@\(Self.commit)")
    #expect(!model.isInCatalogue)
  }

  @Test(arguments: [
    "", "parakeet", "a/b", "a/b@main", "a/b@012345", "a@\(commit)", "a/b/c@\(commit)", "../b@\(commit)",
    "a/..@\(commit)",
    "a/b@\(commit)@\(commit)", "/b@\(commit)", "a/@\(commit)", "a/b c@\(commit)", "-a/b@\(commit)",
    "ä/b@\(commit)",
    "a/b@\(commit.dropLast())ä",
  ])
  func `a text without repository and full commit is not a hub model's name`(_ name: String) {
    #expect(HubRepository(named: name) == nil)
  }

  @Test func `the encoder's graph is downloaded after its weights`() throws {
    let names = ExportFiles.fp32.names
    #expect(names.last == "encoder-model.onnx")
    #expect(names.contains("encoder-model.onnx.data"))
  }

  @Test
  func `a model not yet downloaded is refused with its name, an unknown name with the known ones`() {
    let complaint = #expect(throws: ModelError.self) {
      try ModelDirectory.find("parakeet-tdt-0.6b-v3", in: "/nowhere/models")
    }
    #expect(complaint?.model == "parakeet-tdt-0.6b-v3")
    #expect(complaint?.reason == .notPulled(models: "/nowhere/models"))
    let unknown = #expect(throws: ModelError.self) {
      try ModelDirectory.find("parakeet", in: "/nowhere/models")
    }
    #expect(unknown?.description.contains("builtin, parakeet-tdt-0.6b-v3, parakeet-tdt-0.6b-v2") == true)
  }
}
