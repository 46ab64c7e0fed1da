// A blocking TLS client that sends exactly the bytes it is given. It trusts whomever it meets.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace taskqueue::web::raw {

class TlsClient {
 public:
  /// `receive_buffer`: of the socket, so that a slow reader is felt at once; 0: the system's.
  explicit TlsClient(std::uint16_t port, int receive_buffer = 0)
      : context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect");
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_);
    shaken_ = SSL_connect(ssl_.get()) == 1;
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  /// Without a goodbye.
  ~TlsClient() { ::close(socket_); }

  [[nodiscard]] bool shaken() const { return shaken_; }
  bool send(std::string_view bytes) { return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0; }

  /// What comes next, at most `most` bytes; empty at the end.
  std::string read(std::size_t most = 65536) {
    std::string bytes(most, '\0');
    const int n = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(most));
    ended_cleanly_ = n <= 0 && SSL_get_error(ssl_.get(), n) == SSL_ERROR_ZERO_RETURN;
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
  }

  /// Head and body of one answer.
  std::string ask(std::string_view path, std::string_view headers = "") {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n");
    std::string answer;
    while (answer.find("\r\n\r\n") == std::string::npos) {
      const std::string part = read();
      if (part.empty()) return answer;
      answer += part;
    }
    const std::string name = "Content-Length: ";
    const std::size_t whole = answer.find("\r\n\r\n") + 4 + std::stoul(answer.substr(answer.find(name) + name.size()));
    while (answer.size() < whole) {
      const std::string part = read();
      if (part.empty()) break;
      answer += part;
    }
    return answer;
  }

  /// The other side said that nothing follows.
  [[nodiscard]] bool ended_cleanly() const { return ended_cleanly_; }

 private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  int socket_;
  bool shaken_ = false;
  bool ended_cleanly_ = false;
};

}  // namespace taskqueue::web::raw
