#include "exporter/web/web_config_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "exporter/web/tls_context.h"

namespace taskqueue::web {
namespace {

// A file may change twice within the grain of its time stamps: one that is younger than this is read again after a
// rest.
constexpr Milliseconds fresh = std::chrono::seconds{2};
constexpr Milliseconds rest = Milliseconds{100};

std::chrono::nanoseconds since_epoch(const timespec& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

FileStamp stamp_of(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return {};
  return {.exists = true,
          .device = found.st_dev,
          .inode = found.st_ino,
          .size = found.st_size,
          .modified = since_epoch(found.st_mtim),
          .changed = since_epoch(found.st_ctim)};
}

bool is_fresh(const FileStamp& stamp, WallTime now) {
  return stamp.exists && std::chrono::abs(now.time_since_epoch() - stamp.changed) < fresh;
}

std::string described(const std::vector<Complaint>& complaints) {
  std::string text;
  for (const Complaint& complaint : complaints) text += describe(complaint);
  return text;
}

/// What of the demands on clients' certificates would be given up. Other authorities and other names are none of it.
std::string_view given_up(const ClientDemands& now, const ClientDemands& then) {
  if (now.required && !then.required) return "it would let clients in without a certificate";
  if (now.verified && !then.verified) return "it would not verify clients' certificates any more";
  if (now.by_given_authorities && !then.by_given_authorities) {
    return "it would trust the system's authorities with clients' certificates";
  }
  if (!now.names.empty() && then.names.empty()) return "it would let clients in whatever name their certificate has";
  return {};
}

/// What a running process must not do: see the class.
std::string_view needs_restart(const Door& now, const Door& then) {
  if (now.tls && !then.tls) return "it would switch TLS off";
  if (!now.tls && then.tls) return "it would switch TLS on";
  if (!now.users.empty() && then.users.empty()) return "it would let everybody in without a password";
  return now.tls ? given_up(now.tls->client_demands(), then.tls->client_demands()) : std::string_view();
}

}  // namespace

std::vector<Complaint> WebConfigFile::open() {
  WebConfigRead first = read();
  log_warnings(first.warnings);
  last_ = std::move(first.fingerprint);
  if (first.complaints.empty()) door_ = std::make_shared<const Door>(std::move(first.door));
  return std::move(first.complaints);
}

std::shared_ptr<const Door> WebConfigFile::door() {
  if (has_changed()) read_again();
  return door_;
}

bool WebConfigFile::has_changed() const {
  if (!settled_ && clock_.wall_now() - read_at_ >= rest) return true;
  return std::ranges::any_of(watched_, [](const Watched& each) { return stamp_of(each.file) != each.stamp; });
}

WebConfigRead WebConfigFile::read() {
  // Stamps before contents: what is written between both is seen next time.
  std::vector<Watched> before = std::move(watched_);
  for (Watched& each : before) each.stamp = stamp_of(each.file);
  const FileStamp own = stamp_of(file_);
  WebConfigRead read = read_web_config(file_);
  read_at_ = clock_.wall_now();
  settled_ = true;
  watched_.clear();
  for (const auto& file : read.files) {
    const auto known = std::ranges::find(before, file, &Watched::file);
    watched_.push_back({file, file == file_ ? own : known != before.end() ? known->stamp : FileStamp{}});
    // A file that was not watched before has no stamp from before: it is read once more.
    settled_ = settled_ && !is_fresh(stamp_of(file), read_at_);
  }
  return read;
}

void WebConfigFile::read_again() {
  WebConfigRead again = read();
  if (std::exchange(last_, again.fingerprint) == again.fingerprint) return;
  if (!again.complaints.empty()) {
    return log_.error("web", "the changed web configuration is wrong; what was read before stays in force",
                      {{"complaints", described(again.complaints)}});
  }
  if (const auto why = needs_restart(*door_, again.door); !why.empty()) {
    return log_.error("web", "the changed web configuration needs a restart; what was read before stays in force",
                      {{"file", file_.string()}, {"reason", std::string(why)}});
  }
  log_warnings(again.warnings);
  door_ = std::make_shared<const Door>(std::move(again.door));
  log_.info("web", "web configuration read again", {{"file", file_.string()}});
}

void WebConfigFile::log_warnings(const std::vector<Complaint>& warnings) {
  for (const Complaint& warning : warnings) {
    log_.warn("web", "web configuration",
              {{"file", warning.file}, {"line", std::to_string(warning.line)}, {"warning", warning.sentence}});
  }
}

}  // namespace taskqueue::web
