// One connection to Redis: commands out, replies in. The only place that knows hiredis.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/config/endpoint.h"
#include "exporter/failure.h"
#include "exporter/ledger/redis_stream.h"
#include "exporter/result.h"

namespace taskqueue {

/// A command with its arguments.
using RedisCommand = std::vector<std::string>;

struct RedisReply {
  enum class Kind { nil, integer, text, error, list };
  Kind kind = Kind::nil;
  long long integer = 0;
  std::string text{};  // of an error: its sentence, which begins with its code
  std::vector<RedisReply> items{};

  [[nodiscard]] bool is_error() const { return kind == Kind::error; }
  /// A number, or a text that is one; 0 for anything else.
  [[nodiscard]] long long number() const;
  [[nodiscard]] double real() const;
  /// The item, or nil where there are not so many.
  [[nodiscard]] const RedisReply& at(std::size_t index) const;
};

/// Why Redis refused: `code` is the error's first word.
[[nodiscard]] Failure refusal(const RedisReply& error);

/// Used by one thread at a time. After a failure it is of no more use.
class RedisConnection {
 public:
  /// Connects, says who we are and chooses the database.
  [[nodiscard]] static Result<std::unique_ptr<RedisConnection>, Failure> open(const RedisAddress& address,
                                                                              const Clock& clock, SteadyTime deadline);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  /// Sends all commands at once and gives a reply to each, errors among them.
  [[nodiscard]] Result<std::vector<RedisReply>, Failure> run(const std::vector<RedisCommand>& commands,
                                                             SteadyTime deadline);

  /// False where it has been closed, or something came in that nobody asked for.
  [[nodiscard]] bool is_usable() const { return stream_->is_quiet(); }

 private:
  struct Reader;
  explicit RedisConnection(std::unique_ptr<RedisStream> stream);
  Result<RedisReply, Failure> receive(SteadyTime deadline);

  const std::unique_ptr<RedisStream> stream_;
  const std::unique_ptr<Reader> reader_;
};

}  // namespace taskqueue
