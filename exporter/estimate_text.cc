#include "exporter/estimate_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace taskqueue {
namespace {

constexpr int label_width = 34;
constexpr int number_width = 15;
constexpr double hour = 3600;
constexpr double day = 24 * hour;

/// 12,345; below ten with one digit after the point.
std::string count(double value) {
  std::array<char, 64> digits{};
  const bool is_small = value > 0 && value < 9.95 && std::abs(value - std::round(value)) > 0.05;
  std::snprintf(digits.data(), digits.size(), is_small ? "%.1f" : "%.0f", value);
  std::string grouped = digits.data();
  if (is_small) return grouped;
  for (auto place = static_cast<std::ptrdiff_t>(grouped.size()) - 3; place > 0; place -= 3) {
    grouped.insert(static_cast<std::size_t>(place), ",");
  }
  return grouped;
}

std::string plain(double value) {
  std::array<char, 64> digits{};
  std::snprintf(digits.data(), digits.size(), "%.4g", value);
  return digits.data();
}

std::string percent(double share) {
  std::array<char, 64> digits{};
  std::snprintf(digits.data(), digits.size(), "%.2f %%", 100 * share);
  return digits.data();
}

std::string padded(std::string text, int width) {
  text.insert(0, static_cast<std::size_t>(std::max(0, width - static_cast<int>(text.size()))), ' ');
  return text;
}

std::string row(std::string label, double per_second, double limit) {
  label.resize(std::max<std::size_t>(label.size(), label_width), ' ');
  return label + padded(count(per_second * hour), number_width) + padded(count(per_second * day), number_width) +
         padded(percent(per_second / limit), number_width) + "\n";
}

/// The two largest units: an estimate knows no better. "45s", "2h 42m".
std::string about(double seconds) {
  struct Unit {
    double seconds;
    const char* letter;
  };
  static constexpr std::array<Unit, 4> units{{{day, "d"}, {hour, "h"}, {60, "m"}, {1, "s"}}};
  std::size_t first = 0;
  while (first + 1 < units.size() && seconds < units[first].seconds) ++first;
  if (first + 1 == units.size()) return plain(std::max(1.0, std::round(seconds))) + "s";
  const Unit& large = units[first];
  const Unit& small = units[first + 1];
  const double parts = std::round(seconds / small.seconds);
  const double per_large = large.seconds / small.seconds;
  const double rest = std::fmod(parts, per_large);
  return plain(std::floor(parts / per_large)) + large.letter + (rest > 0 ? " " + plain(rest) + small.letter : "");
}

std::string about(Milliseconds time) { return about(std::chrono::duration<double>(time).count()); }

std::string name_of(const QueueEstimate& queue) {
  return queue.region.empty() ? queue.queue : queue.queue + " (" + queue.region + ")";
}

std::string title_of(const ActionEstimate& action) {
  return action.service + (action.region.empty() ? "" : " " + action.region) + " " + action.action;
}

std::string table(const AccountEstimate& account, const ActionEstimate& action) {
  const double wanted = action.sum(&QueueCalls::wanted);
  const double idle = action.sum(&QueueCalls::idle);
  const double in_force = action.sum(&QueueCalls::in_force);
  std::string lines = "  " + title_of(action) + ", limit " + plain(action.limit) + " a second" +
                      (action.is_own_limit ? " (of this account)" : "") + "\n";
  lines += row("    idle floor", idle, action.limit);
  lines += row("    expect adds", wanted - idle, action.limit);
  lines += row("    together", wanted, action.limit);
  if (action.queues.size() > 1) {
    for (const QueueCalls& each : action.queues) {
      lines += row("      " + name_of(account.queues[each.queue]), each.wanted, action.limit);
    }
  }
  const bool is_stretched = std::ranges::any_of(action.queues, [&](const QueueCalls& each) {
    const QueueEstimate& queue = account.queues[each.queue];
    return queue.in_force != queue.configured;
  });
  if (is_stretched) lines += row("    with stretched intervals", in_force, action.limit);
  lines += row("    ceiling of the limiter", action.ceiling, action.limit);
  return lines + "\n";
}

std::string warning(const AccountEstimate& account, const QueueEstimate& queue) {
  if (!queue.held_up_by) return {};
  const ActionEstimate& action = account.actions[*queue.held_up_by];
  const std::string fate =
      queue.keeps_up ? " will be read about every " + about(queue.in_force) + ", not every " + about(queue.configured)
                     : " cannot be kept up with, whatever the interval";
  return "  WARNING: " + name_of(queue) + fate + ".\n    " + title_of(action) + " would take " +
         plain(action.sum(&QueueCalls::wanted)) + " calls a second, the ceiling is " + plain(action.ceiling) + ".\n";
}

std::string sweep(const AccountEstimate& account, const QueueEstimate& queue) {
  if (queue.sweep_calls < 2.5) return {};
  double ceiling = 0;
  for (const ActionEstimate& action : account.actions) {
    if (action.service == queue.service && action.action == "DescribeTasks") ceiling = action.ceiling;
  }
  return "  The first reading of " + name_of(queue) + " takes " + count(queue.sweep_calls) +
         " calls more, once: at least " + about(2 * queue.sweep_calls / ceiling) + ".\n";
}

std::string block(const AccountEstimate& account, double quota_share) {
  std::string lines = "account " + account.name + " (" + account.provider + "), quota_share " + plain(quota_share) +
                      "\n" + std::string(label_width, ' ') + padded("calls per hour", number_width) +
                      padded("calls per day", number_width) + padded("of the limit", number_width) + "\n";
  for (const ActionEstimate& action : account.actions) lines += table(account, action);
  std::string remarks;
  for (const QueueEstimate& queue : account.queues) {
    if (!queue.has_expectation)
      remarks += "  " + name_of(queue) + " has no [queues." + queue.queue + ".expect]: taken as idle.\n";
  }
  for (const QueueEstimate& queue : account.queues) remarks += sweep(account, queue);
  for (const QueueEstimate& queue : account.queues) remarks += warning(account, queue);
  return lines + remarks + (remarks.empty() ? "" : "\n");
}

}  // namespace

std::string text(const Estimate& estimate) {
  std::string all = "What the exporter will ask for when nothing fails. Nothing was called to find out.\n\n";
  for (const AccountEstimate& account : estimate.accounts) all += block(account, estimate.quota_share);
  all.pop_back();
  return all;
}

}  // namespace taskqueue
