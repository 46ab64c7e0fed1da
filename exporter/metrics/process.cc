#include "exporter/metrics/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>

#include "exporter/metrics/lines.h"

namespace taskqueue {
namespace {

/// The fields of /proc/self/stat that we show, proc(5).
struct Stat {
  double processor_seconds = 0;
  double threads = 0;
  double start_ticks = 0;
  double virtual_bytes = 0;
  double resident_pages = 0;
};

std::optional<Stat> read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t after_name = text.rfind(')');  // the name may hold anything
  if (after_name == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(after_name + 2));
  std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  if (fields.size() < 22) return std::nullopt;
  const auto field = [&](std::size_t number) { return std::stod(fields[number - 3]); };  // numbered as in the manual
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  return Stat{.processor_seconds = (field(14) + field(15)) / ticks,
              .threads = field(20),
              .start_ticks = field(22) / ticks,
              .virtual_bytes = field(23),
              .resident_pages = field(24)};
}

std::optional<double> boot_time() {
  std::ifstream file("/proc/stat");
  std::string word;
  while (file >> word) {
    double seconds = 0;
    if (word == "btime" && file >> seconds) return seconds;
  }
  return std::nullopt;
}

double limit(decltype(RLIMIT_NOFILE) which) {
  rlimit limits{};
  if (::getrlimit(which, &limits) != 0 || limits.rlim_cur == RLIM_INFINITY)
    return std::numeric_limits<double>::infinity();
  return static_cast<double>(limits.rlim_cur);
}

FamilyText single(std::string_view name, double value) {
  Lines lines("");
  lines.add(name, {}, value);
  return {own_family(name), lines.take()};
}

}  // namespace

std::vector<FamilyText> process_families() {
  std::vector<FamilyText> families;
  const auto stat = read_stat();
  if (stat) families.push_back(single("process_cpu_seconds_total", stat->processor_seconds));
  std::error_code no_proc;
  const auto open = std::distance(std::filesystem::directory_iterator("/proc/self/fd", no_proc), {});
  if (!no_proc) families.push_back(single("process_open_fds", static_cast<double>(open)));
  families.push_back(single("process_max_fds", limit(RLIMIT_NOFILE)));
  if (stat) {
    families.push_back(single("process_virtual_memory_bytes", stat->virtual_bytes));
    families.push_back(single("process_virtual_memory_max_bytes", limit(RLIMIT_AS)));
    families.push_back(
        single("process_resident_memory_bytes", stat->resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE))));
    if (const auto boot = boot_time())
      families.push_back(single("process_start_time_seconds", *boot + stat->start_ticks));
    families.push_back(single("process_threads", stat->threads));
  }
  return families;
}

}  // namespace taskqueue
