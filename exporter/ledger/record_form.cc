#include "exporter/ledger/record_form.h"

#include <algorithm>

namespace taskqueue::record_form {
namespace {

constexpr std::size_t sum_size = 4;

/// FNV-1a of both, eight bytes at a time where that many are left, folded to 32 bits.
std::uint32_t check_sum(std::string_view key, std::string_view bytes) {
  std::uint64_t sum = 0xcbf29ce484222325U;
  const auto mix = [&](std::uint64_t part) {
    sum = (sum ^ part) * 0x100000001b3U;
    sum ^= sum >> 29U;
  };
  const auto mix_all = [&](std::string_view text) {
    mix(text.size());
    for (; text.size() >= 8; text.remove_prefix(8)) {
      std::uint64_t part = 0;
      for (unsigned i = 0; i < 8; ++i) part |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
      mix(part);
    }
    for (const char c : text) mix(static_cast<unsigned char>(c));
  };
  mix_all(key);
  mix_all(bytes);
  return static_cast<std::uint32_t>(sum ^ (sum >> 32U));
}

bool is_one_job(const InstanceCount& left, const InstanceCount& right) {
  return left.job_id == right.job_id && left.job_name == right.job_name;
}

}  // namespace

std::string sealed(std::string_view key, std::string bytes) {
  auto sum = check_sum(key, bytes);
  for (std::size_t i = 0; i < sum_size; ++i, sum >>= 8U) bytes.push_back(static_cast<char>(sum));
  return bytes;
}

std::optional<std::string_view> opened(std::string_view key, std::string_view bytes) {
  if (bytes.size() < sum_size) return std::nullopt;
  const std::string_view content = bytes.substr(0, bytes.size() - sum_size);
  auto sum = check_sum(key, content);
  for (const char c : bytes.substr(content.size())) {
    if (c != static_cast<char>(sum)) return std::nullopt;
    sum >>= 8U;
  }
  return content;
}

Extent extent_of(const QueueState& state, const Snapshot* snapshot) {
  const TaskState& tasks = state.tasks;
  return {.counters = tasks.counters.size(),
          .shown_counters = snapshot != nullptr ? snapshot->counters.size() : 0,
          .cells = tasks.cells.sum(),
          .sweep_cells = tasks.sweep ? tasks.sweep->cells.sum() : 0,
          .live = tasks.live.size(),
          .live_since = tasks.sweep ? tasks.sweep->live_since.size() : 0,
          .ended = tasks.ended.size(),
          .jobs = state.batch.jobs.size()};
}

InCommon in_common(const QueueState& state) {
  InCommon common{.listed = state.batch.rounds};
  for (const auto& [id, known] : state.tasks.live) common.seen = std::max(common.seen, known.seen);
  return common;
}

std::vector<InstanceGroup> groups_of(std::span<const InstanceCount> rows) {
  std::vector<InstanceGroup> groups;
  std::map<std::pair<std::string_view, std::string_view>, int> seen;
  while (!rows.empty()) {
    const InstanceCount& first = rows.front();
    const auto end = std::ranges::find_if_not(rows, [&](const InstanceCount& row) { return is_one_job(row, first); });
    const auto count = static_cast<std::size_t>(end - rows.begin());
    const int before = seen[{first.job_id, first.job_name}]++;
    std::string name = first.job_id + '/' + first.job_name;
    // Rows of a job in two places do not happen; they would be kept all the same.
    if (before > 0) name += '/' + std::to_string(before);
    groups.push_back({key(instances_of, name), rows.first(count)});
    rows = rows.subspan(count);
  }
  return groups;
}

}  // namespace taskqueue::record_form
