// Scripts that Redis runs: each is one step that nobody comes in between.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/ledger/redis.h"
#include "exporter/locks.h"

namespace taskqueue {

struct RedisScript {
  std::string_view name;    // no other script has it
  std::string_view flags;   // of Redis 7 and later; earlier ones do without
  std::string_view before;  // Lua that several scripts begin with
  std::string_view body;    // Lua
};

struct ScriptCall {
  const RedisScript& script;
  std::vector<std::string> keys;
  std::vector<std::string> arguments;
};

/// Thread-safe. Uses, does not own, the Redis.
class RedisScripts {
 public:
  explicit RedisScripts(Redis& redis) : redis_(redis) {}

  /// Runs all of them, one after the other, and gives a reply to each, errors among them.
  [[nodiscard]] Result<std::vector<RedisReply>, Failure> run(const std::vector<ScriptCall>& calls,
                                                             Milliseconds patience);
  /// One; an error is a failure.
  [[nodiscard]] Result<RedisReply, Failure> run(const ScriptCall& call, Milliseconds patience);

 private:
  [[nodiscard]] Result<Done, Failure> load(const std::vector<ScriptCall>& calls, Milliseconds patience);
  [[nodiscard]] Result<std::string, Failure> load(const RedisScript& script, Milliseconds patience);
  void forget();

  Redis& redis_;
  Mutex mutex_;
  std::map<std::string_view, std::string> digests_ GUARDED_BY(mutex_);  // by name; Redis makes them
};

}  // namespace taskqueue
