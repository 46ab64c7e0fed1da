#include "exporter/api/name_lookup.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "exporter/locks.h"

namespace taskqueue {
namespace {

Failure unknown(const std::string& why) {
  return {.kind = FailureKind::network, .sentence = "its name cannot be looked up: " + why};
}

bool is_in_numbers(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// What who asks and who answers share: either may be gone before the other.
struct Question {
  Mutex mutex;
  std::condition_variable_any answered;
  std::optional<Result<Addresses, Failure>> answer GUARDED_BY(mutex);
};

void ask(const std::shared_ptr<Question>& question, const std::string& host, const LookUp& look_up) {
  std::thread([question, host, look_up] {
    pthread_setname_np(pthread_self(), "look-up");
    auto answer = look_up(host);
    const Lock lock(question->mutex);
    question->answer = std::move(answer);
    question->answered.notify_all();
  }).detach();
}

}  // namespace

Result<Addresses, Failure> look_up_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return Unexpected(unknown(::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
  Addresses addresses;
  for (const addrinfo* each = list.get(); each != nullptr; each = each->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    const int error =
        ::getnameinfo(each->ai_addr, each->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    if (error == 0) addresses.emplace_back(text.data());
  }
  if (addresses.empty()) return Unexpected(unknown("it has no address"));
  return addresses;
}

Result<Addresses, Failure> addresses_of(const std::string& host, const LookUp& look_up, SteadyTime deadline,
                                        const std::stop_token& stop) {
  if (is_in_numbers(host)) return Addresses{host};
  const auto question = std::make_shared<Question>();
  try {
    ask(question, host, look_up);
  } catch (const std::system_error& no_thread) {
    return Unexpected(unknown(no_thread.what()));
  }
  Lock lock(question->mutex);
  question->answered.wait_until(lock, stop, deadline,
                                [&]() REQUIRES(question->mutex) { return question->answer.has_value(); });
  if (question->answer) return *question->answer;
  if (stop.stop_requested()) return Unexpected(Failure{.kind = FailureKind::stopped, .sentence = "stopped"});
  return Unexpected(unknown("no answer in time"));
}

}  // namespace taskqueue
