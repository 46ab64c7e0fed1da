// Asks several servers in turn, over connections that are kept where the server keeps them, and reads each body in as
// few calls as the kernel allows.
//   whole_reader ROUNDS PAUSE_MS HEADER HOST:PORT/PATH ...
// prints for each server: median, 99th percentile and greatest of the times in microseconds, bytes, how many scrapes
// had no whole answer. HEADER: `Accept-Encoding: gzip`, or `Connection: close` for a new connection each time.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using std::chrono::steady_clock;

class Server {
 public:
  Server(const std::string& address, const std::string& header) : buffer_(8U << 20U) {
    const auto colon = address.find(':');
    const auto slash = address.find('/');
    request_ = "GET " + address.substr(slash) + " HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";
    to_.sin_family = AF_INET;
    to_.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1, slash - colon - 1))));
    to_.sin_addr.s_addr = ::inet_addr(address.substr(0, colon).c_str());
  }
  Server(Server&& other) noexcept
      : to_(other.to_),
        request_(std::move(other.request_)),
        buffer_(std::move(other.buffer_)),
        socket_(std::exchange(other.socket_, -1)) {}
  Server& operator=(Server&&) = delete;
  ~Server() { close(); }

  /// How long the whole answer took.
  std::chrono::duration<double, std::micro> ask() {
    const auto began = steady_clock::now();
    // Some close without a word; whoever scrapes them finds out by trying.
    if (socket_ < 0 || !send_and_hear()) {
      close();
      connect();
      if (!send_and_hear()) throw std::runtime_error("no answer");
    }
    const auto [head, whole] = receive_head();
    for (std::size_t got = head; got < whole;) got += receive(got, whole - got, MSG_WAITALL);
    const auto took = steady_clock::now() - began;
    bytes_ = whole;
    if (std::string_view(buffer_.data(), head).find("Connection: close") != std::string_view::npos) close();
    return took;
  }

  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  void connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    const timeval patience{.tv_sec = 10, .tv_usec = 0};  // as Prometheus has it
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0) {
      throw std::runtime_error("connect");
    }
  }
  /// True once the first byte of an answer has come.
  bool send_and_hear() {
    char next = 0;
    return ::send(socket_, request_.data(), request_.size(), MSG_NOSIGNAL) > 0 &&
           ::recv(socket_, &next, 1, MSG_PEEK) == 1;
  }

  /// How much has come once the head is there, and how much there will be.
  std::pair<std::size_t, std::size_t> receive_head() {
    std::size_t got = 0;
    for (;;) {
      got += receive(got, buffer_.size() - got, 0);
      const std::string_view text(buffer_.data(), got);
      const auto end = text.find("\r\n\r\n");
      if (end == std::string_view::npos) continue;
      const std::string_view name = "Content-Length: ";
      const auto length = text.find(name);
      if (!text.starts_with("HTTP/1.1 200") || length > end) throw std::runtime_error("no good answer with a length");
      return {got, end + 4 + std::stoul(std::string(text.substr(length + name.size(), 12)))};
    }
  }

  std::size_t receive(std::size_t at, std::size_t most, int flags) {
    const auto n = ::recv(socket_, buffer_.data() + at, most, flags);
    if (n <= 0) throw std::runtime_error("recv");
    return static_cast<std::size_t>(n);
  }

  sockaddr_in to_{};
  std::string request_;
  std::vector<char> buffer_;
  int socket_ = -1;
  std::size_t bytes_ = 0;
};

struct Tally {
  std::vector<double> micros;
  int failed = 0;

  void ask(Server& server) {
    try {
      micros.push_back(server.ask().count());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "whole_reader: %s\n", error.what());
      server.close();
      ++failed;
    }
  }
  [[nodiscard]] double part(double share) {
    if (micros.empty()) return 0;
    std::ranges::sort(micros);
    return micros.at(static_cast<std::size_t>(share * static_cast<double>(micros.size() - 1)));
  }
};

void run(int rounds, std::chrono::milliseconds pause, std::vector<Server>& servers) {
  std::vector<Tally> tallies(servers.size());
  for (Server& server : servers) (void)server.ask();  // not measured: it connects and warms
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < servers.size(); ++i) {
      if (pause.count() > 0) std::this_thread::sleep_for(pause);
      tallies[i].ask(servers[i]);
    }
  }
  for (std::size_t i = 0; i < servers.size(); ++i) {
    Tally& tally = tallies[i];
    std::printf("%.1f %.1f %.1f %zu %d\n", tally.part(0.5), tally.part(0.99), tally.part(1), servers[i].bytes(),
                tally.failed);
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 5) throw std::runtime_error("ROUNDS PAUSE_MS HEADER HOST:PORT/PATH ...");
    std::vector<Server> servers;
    for (int i = 4; i < argc; ++i) servers.emplace_back(argv[i], argv[3]);
    run(std::stoi(argv[1]), std::chrono::milliseconds{std::stoi(argv[2])}, servers);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "whole_reader: %s\n", error.what());
    return 1;
  }
}
