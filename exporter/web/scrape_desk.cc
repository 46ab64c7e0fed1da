#include "exporter/web/scrape_desk.h"

#include <algorithm>

namespace taskqueue::web {
namespace {

bool is_shown(const Shelf::View& view, const std::string& name) {
  return std::ranges::any_of(view, [&](const auto& shown) { return shown->labels.queue == name; });
}

bool is_wanted(const Shown& shown, const std::vector<std::string>& queues) {
  return queues.empty() || std::ranges::find(queues, shown.labels.queue) != queues.end();
}

std::vector<const Rendering*> renderings(const Shelf::View& view, const std::vector<std::string>& queues) {
  std::vector<const Rendering*> wanted;
  for (const auto& shown : view) {
    if (is_wanted(*shown, queues)) wanted.push_back(&shown->rendering);
  }
  return wanted;
}

bool is_same(const std::vector<std::weak_ptr<const Shown>>& before, const Shelf::View& view) {
  return std::ranges::equal(before, view, [](const auto& weak, const auto& shown) { return weak.lock() == shown; });
}

}  // namespace

std::optional<Pieces> ScrapeDesk::answer(const std::vector<std::string>& queues, Shape shape) {
  const Shelf::View view = shelf_.view(clock_.wall_now());
  if (queues.empty()) return answer_all(view, shape);
  const auto known = [&](const std::string& name) { return is_shown(view, name); };
  if (!std::ranges::all_of(queues, known)) return std::nullopt;
  return exposition_.join(renderings(view, queues), {}, shape);
}

Pieces ScrapeDesk::answer_all(const Shelf::View& view, Shape shape) {
  const SteadyTime now = clock_.steady_now();
  std::erase_if(given_, [&](const Given& given) { return now - given.when > burst; });
  const auto given = std::ranges::find(given_, shape, &Given::shape);
  const bool again = given != given_.end();
  if (again && !given->pieces.empty() && is_same(given->of, view)) return given->pieces;
  Pieces pieces = exposition_.join(renderings(view, {}), own_(), shape);
  if (again) given_.erase(given);
  given_.push_back({shape, now, {view.begin(), view.end()}, again ? pieces : Pieces{}});
  return pieces;
}

}  // namespace taskqueue::web
