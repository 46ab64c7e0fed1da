// Temporary keys, as metadata and token services give them.
#include <memory>

#include "exporter/alibaba/role_metadata.h"
#include "exporter/alibaba/token_service.h"
#include "exporter/tencent/role_metadata.h"
#include "exporter/tencent/token_service.h"
#include "tests/fuzz/envelopes.h"
#include "tests/unit/key_bench.h"

namespace taskqueue::fuzz {
namespace {

/// Services that give the answers of an input one after the other, again and again.
class KeyServices {
 public:
  void ask(std::string_view input) {
    answers_.clear();
    for (const std::string_view part : split(input, next_part)) answers_.push_back(read_response(part));
    const AccountConfig tencent{.name = "a", .provider = "tencent"};
    const AccountConfig alibaba{.name = "b", .provider = "alibaba"};
    const AssumeRole role{.arn = "r", .session_name = "s", .external_id = "e"};
    const auto base = std::make_shared<OwnKeys>();
    check(TencentRoleMetadata(std::nullopt, "", bench_.parts));
    check(AlibabaRoleMetadata(std::nullopt, "", bench_.parts));
    check(*tencent_assumed_role(tencent, role, base, bench_.parts));
    check(*alibaba_assumed_role(alibaba, role, base, bench_.parts));
  }

 private:
  struct OwnKeys final : CredentialsProvider {
    Result<Credentials, Failure> get(const std::stop_token&) override {
      return Credentials{.id = "id", .key = Secret("key"), .token = {}};
    }
  };

  void check(KeySource&& source) { check(source); }
  void check(KeySource& source) {
    next_ = 0;
    bench_.asked.clear();
    const auto keys = source.fetch({});
    if (!keys) {
      must(keys.error().kind == FailureKind::credentials, "a failure is about keys");
      return must(!keys.error().sentence.empty(), "a failure says why");
    }
    must(!keys->id.empty() && !keys->key.reveal().empty(), "keys are whole");
    for (const auto text : {std::string_view(keys->id), std::string_view(keys->token.reveal())}) {
      must(text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos, "keys may stand in a header");
    }
    must(keys->expiry && *keys->expiry >= WallTime{}, "they expire");
  }

  std::vector<HttpResponse> answers_;
  std::size_t next_ = 0;
  KeyBench bench_{[this](const Endpoint&, const HttpRequest&) { return answers_[next_++ % answers_.size()]; }};
};

const Fuzzer keys_fuzzer("keys", [](std::string_view input) {
  static KeyServices services;
  services.ask(input);
});

}  // namespace
}  // namespace taskqueue::fuzz
