internal import Concurrency

/// The attempts to recognize the rest of an utterance before it has ended.
///
/// It owns their tasks, and cancels those of an attempt that has become useless.
struct Speculation: Sendable {
  /// A window that may turn out to belong to the utterance, and its recognition.
  struct Attempt: Sendable {
    var window: Window
    var task: Task<WindowResult?, Never>
  }

  private var plan: SpeculationPlan
  /// The windows of the current attempt, in order.
  private var attempts: [Attempt] = []
  private var priority = WorkPriority(.early)
  /// The check that the device is free: work that clients wait for takes precedence.
  private var deviceCheck: Task<Bool, Never>?
  /// The report of the current attempt's results, if anyone wants it.
  private(set) var report: Task<Void, Never>?

  /// - Parameter limit: The most attempts in an utterance.
  init(limit: Int) {
    plan = SpeculationPlan(limit: limit)
  }

  /// Takes the windows that would be recognized if the utterance ended now; `nil` if more silence would change them.
  ///
  /// - Returns: True if they are worth an attempt.
  mutating func update(_ settled: [Window]?) -> Bool {
    switch plan.update(settled) {
    case .nothing: return false
    case .drop:
      drop()
      return false
    case .start:
      drop()
      return true
    }
  }

  /// Begins an attempt.
  ///
  /// - Parameters:
  ///   - context: What is known about the utterance.
  ///   - onDecline: Called if the device is busy; see ``decline(_:)``.
  ///   - onEnd: Called with the results, in order, or with `nil` if there are none.
  mutating func start(
    _ windows: [WindowFrames], in context: SpeechContext, by recognizer: any WindowRecognizer,
    onDecline: @escaping @Sendable () -> Void, onEnd: (@Sendable ([WindowResult]?) -> Void)? = nil
  ) {
    let priority = WorkPriority(.early)
    let check = Task {
      guard await recognizer.isQuiet else {
        onDecline()
        return false
      }
      recognizer.countStarted()
      return true
    }
    var previous: Task<WindowResult?, Never>?
    attempts = windows.map { window in
      let task = Task { [previous] () -> WindowResult? in
        guard await check.value else { return nil }
        if let previous, await previous.value == nil { return nil }
        return try? await recognizer.recognize(
          window.window, of: window.frames, in: context, priority: priority)
      }
      previous = task
      return Attempt(window: window.window, task: task)
    }
    (self.priority, deviceCheck) = (priority, check)
    report = onEnd.map { onEnd in
      Task { [tasks = attempts.map(\.task)] in
        var results: [WindowResult] = []
        for task in tasks {
          guard let result = await task.value else { break }
          results.append(result)
        }
        if !Task.isCancelled { onEnd(results.count == tasks.count ? results : nil) }
      }
    }
  }

  /// Withdraws the attempt at these windows, because the device was busy; another one can be made.
  mutating func decline(_ windows: [Window]) {
    guard plan.declined(windows) else { return }
    drop()
  }

  /// Removes and returns the task of a window that is certain now, if it is the first one of the attempt.
  mutating func take(_ window: Window) -> Task<WindowResult?, Never>? {
    guard attempts.first?.window == window else { return nil }
    plan.kept()
    return attempts.removeFirst().task
  }

  /// Returns the attempt at exactly these windows, with urgent priority; drops any other attempt.
  mutating func finish(_ windows: [Window]) -> [Attempt] {
    if attempts.map(\.window) != windows { drop() }
    priority.raise()
    return attempts
  }

  /// Drops the current attempt, because something that it depends on has changed.
  mutating func reset() {
    _ = plan.update(nil)
    drop()
  }

  /// Cancels the tasks of the current attempt.
  mutating func drop() {
    deviceCheck?.cancel()
    report?.cancel()
    for attempt in attempts { attempt.task.cancel() }
    (attempts, deviceCheck, report) = ([], nil, nil)
  }
}
