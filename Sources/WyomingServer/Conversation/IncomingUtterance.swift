internal import Audio
internal import NIOCore
internal import WyomingProtocol

/// An utterance on its way in: bytes in the client's format become audio of ours as they arrive.
struct IncomingUtterance: ~Copyable {
  private var audio: HeardAudio
  private var stream: PCMStream?
  /// The channel that is taken alone because the client's channels cancel each other, from 0; `nil` while they do not.
  private(set) var loudestChannel: Int?

  init(_ audio: HeardAudio) {
    self.audio = audio
  }

  /// Takes note of the language that will be asked for, a BCP 47 tag.
  func expect(language: String?) {
    audio.expect(language: language)
  }

  /// - Throws: What is wrong with the format.
  mutating func append(_ bytes: ByteBuffer, _ format: Session.AudioFormat) throws(ProtocolError) {
    let format = try pcmFormat(format)
    do throws(AudioError) {
      if var stream = stream.take() {
        if stream.format == format {
          self.stream = consume stream
        } else {
          // Each chunk's own values count: what follows is in another format.
          audio.append(try stream.finish())
          self.stream = try PCMStream(format: format)
        }
      } else {
        stream = try PCMStream(format: format)
      }
      if let samples = try stream?.append(bytes.readableBytesUInt8Span) { audio.append(samples) }
      loudestChannel = stream?.loudestChannel ?? loudestChannel
    } catch {
      throw .value(event: "audio-chunk", error.description)
    }
  }

  /// The whole utterance.
  consuming func finished() throws(ProtocolError) -> HeardAudio {
    do throws(AudioError) {
      if var stream = stream.take() { audio.append(try stream.finish()) }
    } catch {
      throw .value(event: "audio-stop", error.description)
    }
    return audio
  }

  private func pcmFormat(_ format: Session.AudioFormat) throws(ProtocolError) -> PCMFormat {
    do throws(PCMFormatError) {
      return try PCMFormat(
        sampleRate: format.rate, bytesPerSample: format.width, channels: format.channels)
    } catch {
      throw .value(event: "audio-chunk", error.description)
    }
  }
}
