#include "exporter/ledger/redis_connection.h"

#include <hiredis/hiredis.h>

#include <array>
#include <charconv>
#include <utility>

namespace taskqueue {
namespace {

/// An error is quoted for people: not at any length, and on one line.
constexpr std::size_t longest_error = 300;

RedisReply copy_of(const redisReply& reply) {
  using enum RedisReply::Kind;
  switch (reply.type) {
    case REDIS_REPLY_INTEGER: return {.kind = integer, .integer = reply.integer};
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_STRING: return {.kind = text, .text = std::string(reply.str, static_cast<std::size_t>(reply.len))};
    case REDIS_REPLY_ERROR:
      return {.kind = error, .text = std::string(reply.str, static_cast<std::size_t>(reply.len)).substr(0, longest_error)};
    case REDIS_REPLY_ARRAY: {
      RedisReply copy{.kind = list};
      copy.items.reserve(reply.elements);
      for (std::size_t i = 0; i < reply.elements; ++i) copy.items.push_back(copy_of(*reply.element[i]));
      return copy;
    }
    default: return {};
  }
}

std::string on_the_wire(const std::vector<RedisCommand>& commands) {
  std::string bytes;
  for (const RedisCommand& command : commands) {
    bytes += '*' + std::to_string(command.size()) + "\r\n";
    for (const std::string& part : command) bytes += '$' + std::to_string(part.size()) + "\r\n" + part + "\r\n";
  }
  return bytes;
}

FailureKind kind_of(const std::string& code) {
  if (code == "NOAUTH" || code == "WRONGPASS") return FailureKind::credentials;
  if (code == "NOPERM") return FailureKind::permission;
  if (code == "OOM" || code == "LOADING" || code == "MISCONF" || code == "READONLY" || code == "MASTERDOWN" ||
      code == "NOREPLICAS" || code == "BUSY") {
    return FailureKind::server;
  }
  return FailureKind::answer;
}

}  // namespace

long long RedisReply::number() const {
  if (kind == Kind::integer) return integer;
  long long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double RedisReply::real() const {
  if (kind == Kind::integer) return static_cast<double>(integer);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

const RedisReply& RedisReply::at(std::size_t index) const {
  static const RedisReply none;
  return index < items.size() ? items[index] : none;
}

Failure refusal(const RedisReply& error) {
  const std::string code = error.text.substr(0, error.text.find(' '));
  return {.kind = kind_of(code), .code = code, .sentence = "Redis says: " + error.text};
}

struct RedisConnection::Reader {
  struct Free {
    void operator()(redisReader* held) const { redisReaderFree(held); }
  };
  std::unique_ptr<redisReader, Free> reader{redisReaderCreate()};
};

RedisConnection::RedisConnection(std::unique_ptr<RedisStream> stream)
    : stream_(std::move(stream)), reader_(std::make_unique<Reader>()) {}

RedisConnection::~RedisConnection() = default;

Result<std::unique_ptr<RedisConnection>, Failure> RedisConnection::open(const RedisAddress& address, const Clock& clock,
                                                                        SteadyTime deadline) {
  auto stream = open_stream(address, clock, deadline);
  if (!stream) return Unexpected(stream.error());
  std::unique_ptr<RedisConnection> connection(new RedisConnection(std::move(*stream)));
  std::vector<RedisCommand> greeting;
  if (!address.password.empty()) {
    greeting.push_back({"AUTH"});
    if (!address.user.empty()) greeting.back().push_back(address.user);
    greeting.back().push_back(address.password.reveal());
  }
  if (address.database != 0) greeting.push_back({"SELECT", std::to_string(address.database)});
  const auto replies = connection->run(greeting, deadline);
  if (!replies) return Unexpected(replies.error());
  for (const RedisReply& reply : *replies) {
    if (reply.is_error()) return Unexpected(refusal(reply));
  }
  return connection;
}

Result<std::vector<RedisReply>, Failure> RedisConnection::run(const std::vector<RedisCommand>& commands,
                                                              SteadyTime deadline) {
  std::vector<RedisReply> replies;
  if (commands.empty()) return replies;
  if (const auto sent = stream_->write(on_the_wire(commands), deadline); !sent) return Unexpected(sent.error());
  replies.reserve(commands.size());
  while (replies.size() < commands.size()) {
    auto reply = receive(deadline);
    if (!reply) return Unexpected(reply.error());
    replies.push_back(std::move(*reply));
  }
  return replies;
}

Result<RedisReply, Failure> RedisConnection::receive(SteadyTime deadline) {
  std::array<char, 16384> bytes;
  while (true) {
    void* found = nullptr;
    if (redisReaderGetReply(reader_->reader.get(), &found) != REDIS_OK) {
      return Unexpected(Failure{.kind = FailureKind::answer, .sentence = "what answers there does not speak Redis"});
    }
    if (found != nullptr) {
      const std::unique_ptr<void, decltype(&freeReplyObject)> reply(found, freeReplyObject);
      return copy_of(*static_cast<const redisReply*>(found));
    }
    const auto got = stream_->read(bytes, deadline);
    if (!got) return Unexpected(got.error());
    redisReaderFeed(reader_->reader.get(), bytes.data(), *got);
  }
}

}  // namespace taskqueue
