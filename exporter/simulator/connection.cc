#include "exporter/simulator/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

#include "exporter/simulator/cloud.h"

namespace taskqueue::simulator {
namespace {

constexpr std::size_t longest_line = std::size_t{64} * 1024;
constexpr std::size_t most_headers = 200;
constexpr std::size_t largest_body = std::size_t{11} * 1024 * 1024;
constexpr Milliseconds between_drips{100};

std::optional<std::size_t> number(std::string_view text, int base) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view reason(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 10> reasons{{{200, "OK"},
                                                                             {400, "Bad Request"},
                                                                             {403, "Forbidden"},
                                                                             {404, "Not Found"},
                                                                             {413, "Content Too Large"},
                                                                             {429, "Too Many Requests"},
                                                                             {500, "Internal Server Error"},
                                                                             {502, "Bad Gateway"},
                                                                             {503, "Service Unavailable"},
                                                                             {504, "Gateway Timeout"}}};
  for (const auto& [code, text] : reasons) {
    if (code == status) return text;
  }
  return "Status";
}

std::string head_of(const Answer& answer, bool keep) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " " + std::string(reason(answer.status)) + "\r\n";
  for (const Header& header : answer.headers) head += header.name + ": " + header.value + "\r\n";
  head += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  head += keep ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

bool wants_to_stay(const Request& request) { return lower(request.header("Connection").value_or("")) != "close"; }

/// `GET /?a=b HTTP/1.1`
std::optional<Request> read_first_line(const std::string& line) {
  const auto first = line.find(' ');
  const auto second = line.find(' ', first == std::string::npos ? first : first + 1);
  if (second == std::string::npos || line.compare(second, std::string::npos, " HTTP/1.1") != 0) return std::nullopt;
  return Request{.method = line.substr(0, first), .target = line.substr(first + 1, second - first - 1)};
}

}  // namespace

Connection::~Connection() { ::close(socket_); }

void Connection::end() { ::shutdown(socket_, SHUT_RDWR); }

void Connection::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto request = read_request();
    if (!request) break;
    if (!act_out(*request, cloud_.handle(*request), stop)) break;
  }
  end();
}

std::optional<Request> Connection::read_request() {
  const auto first = take_line();
  if (!first) return std::nullopt;
  auto request = read_first_line(*first);
  if (!request) return std::nullopt;
  while (true) {
    const auto line = take_line();
    if (!line || request->headers.size() > most_headers) return std::nullopt;
    if (line->empty()) break;
    const auto colon = line->find(':');
    if (colon == std::string::npos || colon == 0) return std::nullopt;
    request->headers.push_back(
        {line->substr(0, colon), std::string(trimmed(std::string_view(*line).substr(colon + 1)))});
  }
  if (!read_body(*request)) return std::nullopt;
  return request;
}

bool Connection::read_body(Request& request) {
  if (lower(request.header("Expect").value_or("")) == "100-continue" && !send_all("HTTP/1.1 100 Continue\r\n\r\n")) {
    return false;
  }
  if (lower(request.header("Transfer-Encoding").value_or("")) == "chunked") return read_chunks(request);
  const auto length = request.header("Content-Length");
  if (!length) return true;
  const auto size = number(*length, 10);
  auto body = size && *size <= largest_body ? take(*size) : std::nullopt;
  if (!body) return false;
  request.body = std::move(*body);
  return true;
}

bool Connection::read_chunks(Request& request) {
  while (true) {
    const auto line = take_line();
    const auto size = line ? number(trimmed(std::string_view(*line).substr(0, line->find(';'))), 16) : std::nullopt;
    if (!size || *size > largest_body - request.body.size()) return false;
    if (*size == 0) break;
    const auto chunk = take(*size);
    if (!chunk || take_line() != "") return false;
    request.body += *chunk;
  }
  auto trailer = take_line();
  while (trailer && !trailer->empty()) trailer = take_line();
  return trailer.has_value();
}

/// Up to the next CRLF, without it.
std::optional<std::string> Connection::take_line() {
  std::size_t end = buffer_.find("\r\n");
  while (end == std::string::npos) {
    if (buffer_.size() > longest_line || !receive()) return std::nullopt;
    end = buffer_.find("\r\n");
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::optional<std::string> Connection::take(std::size_t size) {
  while (buffer_.size() < size) {
    if (!receive()) return std::nullopt;
  }
  std::string bytes = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return bytes;
}

bool Connection::receive() {
  std::array<char, 16384> bytes{};
  const auto count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

bool Connection::send_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// False where the connection is to end.
bool Connection::act_out(const Request& request, const Answer& answer, const std::stop_token& stop) {
  if (answer.delay.count() > 0 && !pause(answer.delay, stop)) return false;
  const bool keep = wants_to_stay(request);
  std::string bytes = head_of(answer, keep);
  const std::string_view body = request.method == "HEAD" ? std::string_view{} : std::string_view(answer.body);
  switch (answer.fault) {
    case WireFault::hang: hang(); return false;
    case WireFault::close: return false;
    case WireFault::cut: static_cast<void>(send_all(bytes += body.substr(0, body.size() / 2))); return false;
    case WireFault::drip: return drip(bytes += body, stop) && keep;
    case WireFault::none: break;
  }
  return send_all(bytes += body) && keep;
}

void Connection::hang() {
  while (receive()) buffer_.clear();
}

bool Connection::drip(std::string_view bytes, const std::stop_token& stop) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (!send_all(bytes.substr(i, 1)) || !pause(between_drips, stop)) return false;
  }
  return true;
}

/// False where `stop` was asked for meanwhile.
bool Connection::pause(Milliseconds time, const std::stop_token& stop) {
  Lock lock(mutex_);
  never_.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace taskqueue::simulator
