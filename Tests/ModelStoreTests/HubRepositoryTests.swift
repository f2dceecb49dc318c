import ModelStore
import Storage
import Testing

@Suite struct `Models of the hub` {
  private static let commit = "0123456789abcdef0123456789abcdef01234567"

  @Test func `the catalogue pins size and SHA-256 of every file of the first two models`() {
    #expect(
      HubRepository.catalogue.map(\.name) == [
        "parakeet-tdt-0.6b-v3", "parakeet-tdt-0.6b-v2", "parakeet-ultra", "parakeet-tdt_ctc-110m",
        "parakeet-tdt-1.1b",
      ])
    #expect(HubRepository.catalogue.map(\.isFullyListed) == [true, true, false, false, false])
    for model in HubRepository.catalogue {
      if let revision = model.revision { #expect(revision.count == 40) }
      for file in model.files.values {
        #expect(file.size > 0)
        #expect(file.digest.description.hasPrefix("sha256:"))
        #expect(ContentDigest(hex: file.digest.hex) == file.digest)
      }
    }
    for model in HubRepository.catalogue where model.isFullyListed {
      #expect(Set(model.files.keys) == Set(ExportFiles.allCases.flatMap(\.names)))
    }
  }

  @Test func `facts are known for each model of the catalogue and each fine-tune, and no other`() throws {
    #expect(HubRepository.catalogue.map { $0.known?.languages.count } == [25, 1, 25, 1, 1])
    for model in HubRepository.catalogue where model.name.hasPrefix("parakeet-tdt") {
      #expect(model.known?.page.hasSuffix("/nvidia/\(model.name)") == true)
    }
    for (repository, facts) in KnownModel.fineTunes {
      for name in [repository, "\(repository)@\(Self.commit)", "\(repository)/fp32"] {
        #expect(HubRepository(named: name)?.known == facts)
      }
      #expect(facts.languages.count == 1 && facts.page.hasPrefix("https://huggingface.co/"))
    }
    #expect(try #require(HubRepository(named: "a/b@\(Self.commit)")).known == nil)
  }

  @Test(
    arguments: [
      ("a/b", nil, nil, "a--b"), ("a/b/fp16", nil, "fp16", "a--b+fp16"), ("a/b/x/y", nil, "x/y", "a--b+x+y"),
      ("a/b@\(commit)", commit, nil, "a--b@\(commit)"),
      ("a/b@\(commit)/fp16", commit, "fp16", "a--b@\(commit)+fp16"),
    ] as [(String, String?, String?, String)])
  func `a model of the hub is named with or without commit and folder`(
    name: String, commit: String?, graphs: String?, folder: String
  ) throws {
    let model = try #require(HubRepository(named: name))
    #expect(model.name == name && model.repository == "a/b")
    #expect(model.revision == commit && model.graphFolder == graphs && model.folder == folder)
  }

  @Test func `a directory comes before a model of the hub, but not before one of the catalogue`() {
    #expect(HubRepository(named: "a/b", unlessDirectory: { _ in true }) == nil)
    #expect(HubRepository(named: "a/b@\(Self.commit)", unlessDirectory: { _ in true }) == nil)
    #expect(HubRepository(named: "a/b", unlessDirectory: { _ in false }) != nil)
    #expect(HubRepository(named: "parakeet-ultra", unlessDirectory: { _ in true }) != nil)
  }

  @Test func `any repository of the hub with a commit is a model's name`() throws {
    let model = try #require(HubRepository(named: "some.body/A_model-1@\(Self.commit.uppercased())"))
    #expect(model.repository == "some.body/A_model-1")
    #expect(model.revision == Self.commit)
    #expect(model.folder == "some.body--A_model-1@\(Self.commit)")
    #expect(!model.isFullyListed)
  }

  @Test(arguments: [
    "", "parakeet", "a/b@main", "a/b@012345", "a@\(commit)", "a/b/c@\(commit)", "../b@\(commit)",
    "./a", "/a/b", "a/b/", "a/b@\(commit)/", "a/b@\(commit)/../c", "a/b/.git", "a/b/c/d/e/f/g", "@\(commit)",
    "a/..@\(commit)",
    "a/b@\(commit)@\(commit)", "/b@\(commit)", "a/@\(commit)", "a/b c@\(commit)", "-a/b@\(commit)",
    "ä/b@\(commit)",
    "a/b@\(commit.dropLast())ä",
  ])
  func `a text without a repository, or with half a commit, is not a hub model's name`(_ name: String) {
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
