// Readers over a cloud that gives the answers of an input one after the other, again and again.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/tally/task_reader.h"
#include "tests/fuzz/envelopes.h"
#include "tests/unit/scripted_cloud.h"

namespace taskqueue::fuzz {

/// One for all inputs: making a client's surroundings takes longer than reading.
class RepeatingCloud {
 public:
  void set_answers(std::string_view input) {
    answers_.clear();
    for (const std::string_view part : split(input, next_part)) answers_.push_back(read_response(part));
    next_ = 0;
    cloud_.requests.clear();
  }

  [[nodiscard]] std::unique_ptr<Client> client(std::unique_ptr<const Dialect> dialect,
                                               const std::vector<std::string>& actions) {
    return cloud_.client(std::move(dialect), actions);
  }

 private:
  std::vector<HttpResponse> answers_;
  std::size_t next_ = 0;
  ScriptedCloud cloud_{[this](const HttpRequest&) { return answers_[next_++ % answers_.size()]; }};
};

inline void check_task(const Task& task) {
  must(!task.id.empty(), "a task has an id");
  must(!task.type.empty() && !task.status.empty(), "a label is not empty");
  for (const auto& time : {task.created, task.began, task.ended}) must(!time || *time >= WallTime{}, "times are real");
}

template <class T>
void check_outcome(const Result<T, Failure>& outcome) {
  if (!outcome) check_failure(outcome.error());
}

/// Asks everything that can be asked.
inline void check_reader(TaskReader& reader) {
  constexpr WallTime from{std::chrono::hours{24 * 365 * 56}};
  LiveQuestion known;
  const TaskSink sink = [&](const Task& task) {
    check_task(task);
    if (!is_terminal(task.phase) && known.ids.size() < 3) known.ids.push_back(task.id);
  };
  check_outcome(reader.live({}, sink));
  known.since = from;
  const LiveQuestion question = known;
  check_outcome(reader.live(question, sink));
  check_outcome(reader.ended_since(from, Haste::now, sink));
  check_outcome(reader.ended_between(from, from + std::chrono::hours{24}, sink));
  check_outcome(reader.ended(sink));
  check_outcome(reader.look_up(from, sink));
  check_outcome(reader.outcome("1"));
  for (const auto& since : {std::optional<WallTime>{}, std::optional(from)}) {
    const auto total = reader.total(since);
    check_outcome(total);
    must(!total || *total >= 0, "a total is not negative");
  }
  must(!reader.vocabulary().outcomes.empty(), "a task can be told to have ended");
}

}  // namespace taskqueue::fuzz
