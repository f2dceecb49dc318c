#include "Faults.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

namespace {

std::string faults_file() {
  const char *path = std::getenv("NPU_SIMULATOR");
  return path ? path : "";
}

std::string contents(const std::string &path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::map<std::string, std::string> parse(const std::string &text) {
  std::map<std::string, std::string> words;
  for (size_t at = 0; (at = text.find_first_not_of(" \t\r\n", at)) != std::string::npos;) {
    const size_t end = std::min(text.find_first_of("= \t\r\n", at), text.size());
    const std::string word = text.substr(at, end - at);
    std::string value;
    at = end;
    if (at < text.size() && text[at] == '=') {
      const bool is_quoted = text.compare(at + 1, 1, "\"") == 0;
      const size_t begin = at + (is_quoted ? 2 : 1);
      const size_t stop = std::min(text.find_first_of(is_quoted ? "\"" : " \t\r\n", begin), text.size());
      value = text.substr(begin, stop - begin);
      at = std::min(stop + (is_quoted ? 1 : 0), text.size());
    }
    words[word] = value;
  }
  return words;
}

}  // namespace

Faults Faults::now() {
  Faults faults;
  const std::string path = faults_file();
  if (!path.empty()) faults.words = parse(contents(path));
  return faults;
}

Faults Faults::for_run() {
  static std::mutex mutex;
  static std::map<std::string, std::string> seen;
  static double runs = 0;
  Faults faults = now();
  std::lock_guard<std::mutex> lock(mutex);
  if (faults.words != seen) {
    seen = faults.words;
    runs = 0;
  }
  if (runs++ < faults.number("after", 0)) faults.words.clear();
  return faults;
}

std::string Faults::text(const std::string &word, const std::string &otherwise) const {
  const auto found = words.find(word);
  return found == words.end() || found->second.empty() ? otherwise : found->second;
}

double Faults::number(const std::string &word, double otherwise) const {
  const std::string value = text(word, "");
  char *end = nullptr;
  // Decimal, or hexadecimal with 0x.
  const double number = std::strtod(value.c_str(), &end);
  return value.empty() || *end != 0 ? otherwise : number;
}

bool wait_while(const std::string &word, double seconds, double limit) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  while (Faults::now().has(word)) {
    const double passed = std::chrono::duration<double>(Clock::now() - start).count();
    if (passed >= seconds) return true;
    if (passed >= limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

void log_call(const std::string &line) {
  const std::string faults = faults_file();
  if (faults.empty()) return;
  const int file = open((faults + ".log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return;
  const std::string text = std::to_string(getpid()) + " " + line + "\n";
  // One write, so that the lines of several threads and processes do not mix.
  if (write(file, text.data(), text.size()) < 0) perror("the NPU simulator's log");
  close(file);
}
