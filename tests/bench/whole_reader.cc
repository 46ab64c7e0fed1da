// Asks several servers in turn, over kept connections where they keep them, and reads each body in as few calls as the
// kernel allows.
//   whole_reader ROUNDS PAUSE_US 'HEADER: VALUE' HOST:PORT/PATH ...    prints one line per server: median, 90 %, bytes
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

class Asker {
 public:
  Asker(std::string_view address, const std::string& header) : buffer_(8U << 20U) {
    const auto colon = address.find(':');
    const auto slash = address.find('/');
    request_ = "GET " + std::string(address.substr(slash)) + " HTTP/1.1\r\nHost: x\r\n" + header + "\r\n\r\n";
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(std::string(address.substr(colon + 1, slash - colon - 1)))));
    to.sin_addr.s_addr = ::inet_addr(std::string(address.substr(0, colon)).c_str());
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) throw std::runtime_error("connect");
  }
  Asker(Asker&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)),
        request_(std::move(other.request_)),
        buffer_(std::move(other.buffer_)),
        micros(std::move(other.micros)) {}
  ~Asker() {
    if (socket_ >= 0) ::close(socket_);
  }

  void ask() {
    const auto began = std::chrono::steady_clock::now();
    if (::send(socket_, request_.data(), request_.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error("send");
    std::size_t got = 0;
    std::size_t whole = 0;
    while (whole == 0) {
      got += receive(got, buffer_.size() - got, 0);
      const std::string_view text(buffer_.data(), got);
      const auto end = text.find("\r\n\r\n");
      if (end == std::string_view::npos) continue;
      const auto length = text.find("Content-Length: ");
      if (!text.starts_with("HTTP/1.1 200") || length > end) throw std::runtime_error("no answer with a length");
      whole = end + 4 + std::stoul(std::string(text.substr(length + 16, 12)));
    }
    while (got < whole) got += receive(got, whole - got, MSG_WAITALL);
    const auto took = std::chrono::steady_clock::now() - began;
    micros.push_back(std::chrono::duration<double, std::micro>(took).count());
    bytes = whole;
  }

 private:
  std::size_t receive(std::size_t at, std::size_t most, int flags) {
    const auto n = ::recv(socket_, buffer_.data() + at, most, flags);
    if (n <= 0) throw std::runtime_error("recv");
    return static_cast<std::size_t>(n);
  }

  int socket_ = -1;
  std::string request_;
  std::vector<char> buffer_;

 public:
  std::vector<double> micros;
  std::size_t bytes = 0;
};

double part(std::vector<double>& values, double share) {
  std::ranges::sort(values);
  return values.at(static_cast<std::size_t>(share * static_cast<double>(values.size() - 1)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  try {
    std::vector<Asker> askers;
    for (int i = 4; i < argc; ++i) askers.emplace_back(argv[i], argv[3]);
    for (int warm = 0; warm < 10; ++warm) {
      for (Asker& asker : askers) asker.ask();
    }
    for (Asker& asker : askers) asker.micros.clear();
    for (int round = 0; round < std::atoi(argv[1]); ++round) {
      for (Asker& asker : askers) {
        if (std::atoi(argv[2]) > 0) ::usleep(static_cast<useconds_t>(std::atoi(argv[2])));
        asker.ask();
      }
    }
    for (Asker& asker : askers) {
      std::printf("%.1f %.1f %zu\n", part(asker.micros, 0.5), part(asker.micros, 0.9), asker.bytes);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "whole_reader: %s\n", error.what());
    return 1;
  }
}
