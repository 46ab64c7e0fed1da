#include "exporter/ledger/redis_script.h"

#include <algorithm>
#include <utility>

namespace taskqueue {

Result<std::vector<RedisReply>, Failure> RedisScripts::run(const std::vector<ScriptCall>& calls,
                                                           Milliseconds patience) {
  const auto is_unknown = [](const RedisReply& reply) { return reply.is_error() && reply.text.starts_with("NOSCRIPT"); };
  for (int attempt = 0;; ++attempt) {
    if (const auto loaded = load(calls, patience); !loaded) return Unexpected(loaded.error());
    std::vector<RedisCommand> commands;
    commands.reserve(calls.size());
    for (const ScriptCall& call : calls) {
      RedisCommand command{"EVALSHA", "", std::to_string(call.keys.size())};
      command.insert(command.end(), call.keys.begin(), call.keys.end());
      command.insert(command.end(), call.arguments.begin(), call.arguments.end());
      const Lock lock(mutex_);
      command[1] = digests_[call.script.name];
      commands.push_back(std::move(command));
    }
    auto replies = redis_.run(commands, patience);
    // A Redis that was restarted knows none; so either all were run or none was.
    if (!replies || attempt > 0 || std::ranges::none_of(*replies, is_unknown)) return replies;
    forget();
  }
}

Result<RedisReply, Failure> RedisScripts::run(const ScriptCall& call, Milliseconds patience) {
  auto replies = run(std::vector<ScriptCall>{call}, patience);
  if (!replies) return Unexpected(replies.error());
  RedisReply reply = std::move(replies->front());
  if (reply.is_error()) return Unexpected(refusal(reply));
  return reply;
}

Result<Done, Failure> RedisScripts::load(const std::vector<ScriptCall>& calls, Milliseconds patience) {
  for (const ScriptCall& call : calls) {
    {
      const Lock lock(mutex_);
      if (digests_.contains(call.script.name)) continue;
    }
    auto digest = load(call.script, patience);
    if (!digest) return Unexpected(digest.error());
    const Lock lock(mutex_);
    digests_[call.script.name] = std::move(*digest);
  }
  return Done{};
}

Result<std::string, Failure> RedisScripts::load(const RedisScript& script, Milliseconds patience) {
  const std::string first_line =
      "#!lua" + (script.flags.empty() ? "" : " flags=" + std::string(script.flags)) + "\n";
  for (const std::string& head : {first_line, std::string()}) {
    const auto replies = redis_.run({{"SCRIPT", "LOAD", head + std::string(script.before) + std::string(script.body)}}, patience);
    if (!replies) return Unexpected(replies.error());
    const RedisReply& reply = replies->front();
    if (!reply.is_error()) return reply.text;
    // Before Redis 7 a script has no first line of that kind.
    if (head.empty() || !reply.text.starts_with("ERR Error compiling")) return Unexpected(refusal(reply));
  }
  return Unexpected(Failure{});
}

void RedisScripts::forget() {
  const Lock lock(mutex_);
  digests_.clear();
}

}  // namespace taskqueue
