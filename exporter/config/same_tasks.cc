#include "exporter/config/same_tasks.h"

#include <algorithm>
#include <vector>

namespace taskqueue {
namespace {

bool share_tasks(const NamedJob& a, const NamedJob& b) {
  if (a.id != b.id) return false;
  if (a.tasks.empty() || b.tasks.empty()) return true;
  return std::ranges::find_first_of(a.tasks, b.tasks) != a.tasks.end();
}

template <class Item, class Overlap>
bool any_pair(const std::vector<Item>& a, const std::vector<Item>& b, Overlap overlap) {
  return std::ranges::any_of(a, [&](const Item& left) {
    return std::ranges::any_of(b, [&](const Item& right) { return overlap(left, right); });
  });
}

}  // namespace

bool patterns_overlap(std::string_view a, std::string_view b) {
  // fits[j]: some text fits the part of `a` read so far and the first j letters of `b`.
  std::vector<bool> fits(b.size() + 1, false);
  for (std::size_t i = 0; i <= a.size(); ++i) {
    const std::vector<bool> above = fits;
    for (std::size_t j = 0; j <= b.size(); ++j) {
      const bool a_star = i > 0 && a[i - 1] == '*';
      const bool b_star = j > 0 && b[j - 1] == '*';
      fits[j] = i == 0 && j == 0;
      if (a_star) fits[j] = fits[j] || above[j] || (j > 0 && fits[j - 1]);
      if (b_star) fits[j] = fits[j] || fits[j - 1] || (i > 0 && above[j]);
      if (i == 0 || j == 0 || a_star || b_star) continue;
      const bool same_letter = a[i - 1] == b[j - 1] || a[i - 1] == '?' || b[j - 1] == '?';
      fits[j] = same_letter && above[j - 1];
    }
  }
  return fits[b.size()];
}

bool read_same_tasks(const QueueConfig& a, const QueueConfig& b) {
  const bool same_api = a.service == b.service && a.account == b.account && a.region == b.region &&
                        a.sub_app_id == b.sub_app_id && a.endpoint == b.endpoint;
  if (!same_api) return false;
  if (!a.jobs.empty() && !b.jobs.empty()) return any_pair(a.jobs, b.jobs, share_tasks);
  if (!a.job_names.empty() && !b.job_names.empty()) return any_pair(a.job_names, b.job_names, patterns_overlap);
  return true;
}

}  // namespace taskqueue
