#include "tests/wire/redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace taskqueue {
namespace {

std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

std::filesystem::path make_folder() {
  std::string path = std::filesystem::temp_directory_path() / "taskqueue-redis-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no folder for redis-server");
  return path;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> options)
    : options_(std::move(options)), folder_(make_folder()), port_(free_port()) {
  start();
}

RedisServer::~RedisServer() {
  stop();
  std::filesystem::remove_all(folder_);
}

void RedisServer::start() {
  std::vector<std::string> arguments{"redis-server", "--port",       std::to_string(port_), "--bind", "127.0.0.1",
                                     "--save",       "",             "--appendonly",        "no",     "--dir",
                                     folder_,        "--databases", "16"};
  arguments.insert(arguments.end(), options_.begin(), options_.end());
  std::vector<char*> pointers;
  for (std::string& each : arguments) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  process_ = ::fork();
  if (process_ == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::execvp("redis-server", pointers.data());
    // Debian's redis-tools holds the same program under this name.
    ::execvp("redis-check-rdb", pointers.data());
    ::_exit(127);
  }
  for (int attempt = 0; attempt < 400; ++attempt) {
    RemoteRedis probe(address(), {}, clock_);
    if (probe.run({{"PING"}}, std::chrono::seconds{1})) return;
    clock_.sleep_until(clock_.steady_now() + std::chrono::milliseconds{25}, {});
  }
  throw std::runtime_error("redis-server does not start: is the package redis-tools installed?");
}

void RedisServer::stop() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void RedisServer::restart() {
  stop();
  start();
}

std::unique_ptr<RemoteRedis> RedisServer::client() {
  return std::make_unique<RemoteRedis>(address(), std::filesystem::path{}, clock_);
}

RedisReply RedisServer::run(const RedisCommand& command) {
  auto replies = client()->run({command}, std::chrono::seconds{5});
  if (!replies) throw std::runtime_error(replies.error().sentence);
  return replies->front();
}

}  // namespace taskqueue
