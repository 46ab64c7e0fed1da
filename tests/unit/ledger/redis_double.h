// A Redis that answers as a test says: in the order in which it is asked.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "exporter/ledger/redis.h"

namespace taskqueue {

inline RedisReply number(long long value) { return {.kind = RedisReply::Kind::integer, .integer = value}; }
inline RedisReply text(std::string value) { return {.kind = RedisReply::Kind::text, .text = std::move(value)}; }
inline RedisReply error(std::string value) { return {.kind = RedisReply::Kind::error, .text = std::move(value)}; }
inline RedisReply list(std::vector<RedisReply> items) {
  return {.kind = RedisReply::Kind::list, .items = std::move(items)};
}

class RedisDouble final : public Redis {
 public:
  Result<std::vector<RedisReply>, Failure> run(const std::vector<RedisCommand>& commands, Milliseconds) override {
    if (away) return Unexpected(Failure{.kind = FailureKind::network, .sentence = "nobody is there"});
    std::vector<RedisReply> replies;
    for (const RedisCommand& command : commands) {
      asked.push_back(command);
      if (command.front() == "SCRIPT") {
        replies.push_back(accepts_flags || !command.back().starts_with("#!") ? text("digest")
                                                                              : error("ERR Error compiling script"));
      } else {
        replies.push_back(answer(command));
      }
    }
    return replies;
  }

  bool away = false;
  bool accepts_flags = true;
  std::function<RedisReply(const RedisCommand&)> answer = [](const RedisCommand&) { return RedisReply{}; };
  std::vector<RedisCommand> asked;
};

}  // namespace taskqueue
