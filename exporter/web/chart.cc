#include "exporter/web/chart.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "exporter/web/html.h"
#include "exporter/web/markup.h"

namespace taskqueue::web {
namespace {

constexpr double width = 160;
constexpr double height = 36;
// A young history fills a part of this only, so that the first points do not look like hours.
constexpr Milliseconds least_span = std::chrono::minutes{5};

using Value = std::function<std::optional<double>(const HistoryPoint&)>;

std::optional<double> queued(const HistoryPoint& point) {
  if (!point.queued) return std::nullopt;
  return static_cast<double>(*point.queued);
}

std::optional<double> running(const HistoryPoint& point) {
  if (!point.running) return std::nullopt;
  return static_cast<double>(*point.running);
}

std::string number(double value) {
  std::array<char, 32> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, 1);
  return {buffer.data(), written.ptr};
}

struct Scale {
  WallTime from{};
  WallTime to{};
  double top = 1;

  [[nodiscard]] double x(WallTime when) const {
    const std::chrono::duration<double> all = to - from;
    const std::chrono::duration<double> part = when - from;
    return width * std::clamp(part / all, 0.0, 1.0);
  }
  [[nodiscard]] double y(double value) const { return height - (height - 2) * value / top; }
};

double largest(const std::deque<HistoryPoint>& points, const Value& value) {
  double most = 0;
  for (const HistoryPoint& point : points) most = std::max(most, value(point).value_or(0));
  return most;
}

Scale scale_for(const std::deque<HistoryPoint>& points, WallTime now, double top) {
  const auto whole = std::max<Milliseconds>(least_span, now - points.front().when);
  return {now - whole, std::max(now, points.back().when), std::max(top, 1.0)};
}

struct Stretch {
  std::string path;
  double first = 0;
  double last = 0;
};

/// The line through the known values; it breaks where nothing is known.
std::vector<Stretch> stretches(const std::deque<HistoryPoint>& points, const Value& value, const Scale& scale) {
  std::vector<Stretch> found;
  bool drawing = false;
  for (const HistoryPoint& point : points) {
    const auto known = value(point);
    if (known) {
      const double x = scale.x(point.when);
      if (!drawing) found.push_back({"", x, x});
      found.back().path += (drawing ? 'L' : 'M') + number(x) + ' ' + number(scale.y(*known));
      found.back().last = x;
    }
    drawing = known.has_value();
  }
  return found;
}

std::string line(const std::deque<HistoryPoint>& points, const Value& value, const Scale& scale,
                 std::string_view kind) {
  std::string path;
  for (const Stretch& stretch : stretches(points, value, scale)) path += stretch.path;
  return path.empty() ? "" : element("path", attribute("class", kind) + attribute("d", path), "");
}

std::string area(const std::deque<HistoryPoint>& points, const Value& value, const Scale& scale,
                 std::string_view kind) {
  std::string path;
  for (const Stretch& stretch : stretches(points, value, scale)) {
    path += stretch.path + 'L' + number(stretch.last) + ' ' + number(height) + 'L' + number(stretch.first) + ' ' +
            number(height) + 'Z';
  }
  return path.empty() ? "" : element("path", attribute("class", kind) + attribute("d", path), "");
}

std::string drawing(const std::string& label, const std::string& inside) {
  return element("svg",
                 attribute("class", "chart") + attribute("viewBox", "0 0 " + number(width) + ' ' + number(height)) +
                     attribute("preserveAspectRatio", "none") + attribute("role", "img") +
                     attribute("aria-label", label),
                 inside);
}

std::string span_words(const std::deque<HistoryPoint>& points, WallTime now) {
  return "the last " + spoken(std::max(Milliseconds{0}, now - points.front().when));
}

std::string whole_number(double value) { return grouped(std::llround(value)); }

}  // namespace

std::string tasks_chart(const std::string& queue, const std::deque<HistoryPoint>& points, WallTime now) {
  if (points.size() < 2) return {};
  const double most_queued = largest(points, queued);
  const double most_running = largest(points, running);
  const Scale scale = scale_for(points, now, std::max(most_queued, most_running));
  const std::string inside = area(points, queued, scale, "area") + line(points, queued, scale, "queued") +
                             line(points, running, scale, "running");
  if (inside.empty()) return {};
  return drawing(queue + ", " + span_words(points, now) + ": at most " + whole_number(most_queued) + " queued and " +
                     whole_number(most_running) + " running",
                 inside);
}

std::string ended_chart(const std::string& queue, const std::deque<HistoryPoint>& points, WallTime now) {
  const Value ended = [](const HistoryPoint& point) { return point.ended_per_minute; };
  if (points.size() < 2) return {};
  const double most = largest(points, ended);
  const std::string inside = area(points, ended, scale_for(points, now, most), "ended");
  if (inside.empty()) return {};
  return drawing(queue + ", " + span_words(points, now) + ": at most " + number(most) + " ended per minute", inside);
}

}  // namespace taskqueue::web
