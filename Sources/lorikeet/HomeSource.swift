internal import HomeAssistant
internal import Settings

/// Home Assistant as a source of names.
struct HomeSource: Sendable {
  let address: HomeAddress
  let token: AccessToken

  /// Returns the source that the settings name; `nil` if they name none. Blocks, because a token is read from its file.
  ///
  /// - Parameter environment: The environment, which can hold the token.
  init?(_ settings: ServerSettings, environment: [String: String]) throws {
    guard let address = settings.homeAssistant else {
      if settings.homeAssistantTokenFile != nil { throw CommandError.tokenWithoutHome }
      return nil
    }
    self.address = try HomeAddress(address)
    if let file = settings.homeAssistantTokenFile {
      token = try AccessToken(file: file)
    } else if let text = environment[ServerSettings.tokenVariable], !text.isEmpty {
      token = try AccessToken(text, source: ServerSettings.tokenVariable)
    } else {
      throw CommandError.homeWithoutToken
    }
  }
}
