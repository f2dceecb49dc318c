import JSON
import NIOCore
import NIOEmbedded
import Testing

@testable import WyomingProtocol

@Suite struct `An event decoder in a channel pipeline` {
  private typealias Outcome = Result<Event, ProtocolError>

  private func channel(limits: EventLimits = EventLimits()) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel(handler: ByteToMessageHandler(EventDecoder(limits: limits)))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 10_300)).wait()
    return channel
  }

  private func outcomes(_ channel: EmbeddedChannel) throws -> [Outcome] {
    var outcomes: [Outcome] = []
    while let outcome = try channel.readInbound(as: Outcome.self) { outcomes.append(outcome) }
    return outcomes
  }

  @Test func `events are decoded from pieces of any size`() throws {
    let events = [
      Event(type: "describe"),
      Event(type: "audio-chunk", data: ["rate": .integer(8_000)], payload: ByteBuffer(string: "a\n")),
      Event(type: "audio-stop"),
    ]
    let bytes = events.flatMap { $0.encoded().readableBytesView }
    for size in [1, 2, 5, 16, 1_000] {
      let channel = try channel()
      for start in stride(from: 0, to: bytes.count, by: size) {
        try channel.writeInbound(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
      }
      #expect(try outcomes(channel) == events.map { .success($0) })
      #expect(try channel.finish().isClean)
    }
  }

  @Test func `an event is decoded before the next one is complete`() throws {
    let channel = try channel()
    try channel.writeInbound(ByteBuffer(string: "{\"type\":\"a\"}\n{\"type\":\"b\""))
    #expect(try outcomes(channel) == [.success(Event(type: "a"))])
    try channel.writeInbound(ByteBuffer(string: "}\n"))
    #expect(try outcomes(channel) == [.success(Event(type: "b"))])
    #expect(try channel.finish().isClean)
  }

  @Test func `wrong input produces one failure, and all bytes after it are swallowed`() throws {
    let channel = try channel()
    try channel.writeInbound(ByteBuffer(string: "{\"type\":\"a\"}\nGET / HTTP/1.1\n{\"type\":\"b\"}\n"))
    #expect(try outcomes(channel) == [.success(Event(type: "a")), .failure(.headerNotJSON)])
    for _ in 0..<100 {
      try channel.writeInbound(ByteBuffer(string: "{\"type\":\"c\"}\n"))
      try channel.writeInbound(ByteBuffer(repeating: 0x20, count: 100_000))
    }
    #expect(try outcomes(channel).isEmpty)
    // The failure is not an error of the pipeline, which would close the channel before the answer.
    #expect(channel.isActive)
    try channel.throwIfErrorCaught()
    #expect(try channel.finish().isClean)
  }

  @Test func `an event over the limit is refused before it is buffered`() throws {
    var limits = EventLimits()
    limits.payload = 100
    let channel = try channel(limits: limits)
    try channel.writeInbound(ByteBuffer(string: "{\"type\":\"a\",\"payload_length\":101}\n"))
    #expect(
      try outcomes(channel) == [.failure(.length(key: "payload_length", value: "101", limit: 100))])
  }

  @Test(
    arguments: [
      "", "\n", "{\"type\":", "{\"type\":\"x\"}", "{\"type\":\"x\",\"payload_length\":10}\nabc",
      "{\"type\":\"x\",\"data_length\":2}\n{",
    ])
  func `an event that the end of the input cuts off is dropped`(rest: String) throws {
    let channel = try channel()
    try channel.writeInbound(ByteBuffer(string: "{\"type\":\"a\"}\n" + rest))
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(try outcomes(channel) == [.success(Event(type: "a"))])
    #expect(channel.isActive)
    _ = try? channel.finish()
    #expect(try outcomes(channel).isEmpty)
  }

  @Test func `all events before the end of the input are decoded`() throws {
    let channel = try channel()
    let events = [Event(type: "transcribe"), Event(type: "audio-stop", payload: ByteBuffer(string: "x"))]
    for event in events { try channel.writeInbound(event.encoded()) }
    channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    #expect(try outcomes(channel) == events.map { .success($0) })
    #expect(try channel.finish().isClean)
  }
}
