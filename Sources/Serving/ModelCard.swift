/// What clients are told about a served model.
public struct ModelCard: Sendable, Equatable {
  /// The stable name.
  public var name: String
  /// The description for people.
  public var description: String
  /// The maker's name and page.
  public var maker: Maker
  /// The tags of the languages that the model supports; empty if they are not known.
  public var languages: [String]

  /// The maker of a model.
  public struct Maker: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The address of a page about the model or its maker.
    public var url: String

    /// Creates a maker.
    public init(name: String, url: String) {
      self.name = name
      self.url = url
    }
  }

  /// Creates a card.
  public init(name: String, description: String, maker: Maker, languages: [String]) {
    self.name = name
    self.description = description
    self.maker = maker
    self.languages = languages
  }
}
