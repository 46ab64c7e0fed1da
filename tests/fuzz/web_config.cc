// The web configuration, YAML, in a folder that has the certificates it may name.
#include "exporter/web/web_config.h"

#include "exporter/web/tls_context.h"
#include "tests/fuzz/complaining.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/input_file.h"
#include "tests/unit/web/web_folder.h"

namespace taskqueue::fuzz {
namespace {

struct WebConfigBench {
  WebConfigBench() { input.link(file); }

  web::WebFolder folder;
  InputFile input;
  const std::filesystem::path file = folder / "web.yml";
};

const Fuzzer web_config_fuzzer("web_config", [](std::string_view input) {
  static const WebConfigBench bench;
  bench.input.set(input);
  const auto read = web::read_web_config(bench.file);
  check_complaints(read.complaints, input);
  for (const Complaint& warning : read.warnings) check_complaints({warning}, input);
  must(!read.files.empty() && read.files.front() == bench.file, "the file itself is one of its files");
  must(!read.fingerprint.empty(), "what was read has a fingerprint");
  if (!read.complaints.empty()) return;
  for (const auto& [name, hash] : read.door.users) must(hash.reveal().size() == 60, "passwords are bcrypt's hashes");
  for (const auto& header : read.door.headers) {
    must(!has_control_characters(header.value), "a header is a single line");
  }
  if (const auto limit = read.door.rate_limit) {
    must(limit->interval.count() > 0 && limit->burst > 0, "a rate limit lets somebody in");
  }
});

}  // namespace
}  // namespace taskqueue::fuzz
