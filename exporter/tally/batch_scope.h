// Which of Batch's jobs a queue is about, and how they are shown.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/clock.h"

namespace taskqueue {

struct BatchScope {
  /// A job that the operator names; no tasks: all of the job's.
  struct Named {
    std::string id;
    std::vector<std::string> tasks;
  };
  std::vector<Named> named{};            // empty: every job is discovered
  std::vector<std::string> job_names{};  // of discovered jobs: `*` and `?`; empty: any
  Milliseconds keep_ended = std::chrono::hours{1};
  Milliseconds interval = std::chrono::seconds{30};  // history is read while it lasts, once live jobs have been
  bool by_job_name = false;                          // instances of jobs of one name are added up
  std::size_t max_series = 50000;
  std::size_t max_types = 100;

  /// True of what is named, and of everything where nothing is.
  [[nodiscard]] bool names_job(const std::string& id) const;
  [[nodiscard]] bool names_all_of(const std::string& id) const;
  [[nodiscard]] bool names_task(const std::string& id, const std::string& task) const;
};

/// True if `name` fits one of the patterns, or there is none. `*` is any text, `?` any character.
[[nodiscard]] bool fits(const std::vector<std::string>& patterns, std::string_view name);

}  // namespace taskqueue
