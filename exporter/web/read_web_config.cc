#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <utility>

#include "exporter/api/digest.h"
#include "exporter/config/text_file.h"
#include "exporter/config/wording.h"
#include "exporter/web/bcrypt.h"
#include "exporter/web/go_duration.h"
#include "exporter/web/tls_context.h"
#include "exporter/web/web_config.h"
#include "exporter/web/yaml_section.h"

namespace taskqueue::web {
namespace {

constexpr std::size_t largest_file = std::size_t{1024} * 1024;

/// A value that stands in the file itself or in a file of its own: `cert` and `cert_file`.
struct Loaded {
  std::string key;  // the one that was given; empty: neither
  std::string text;
};

class WebConfigReader {
 public:
  WebConfigReader(const std::filesystem::path& file, std::string_view text, WebConfigRead& read)
      : folder_(file.parent_path()), contents_(text), complaints_(text, file.string()), read_(read) {}

  void read(const YAML::Node& root) {
    YamlSection whole(root, "the file", complaints_);
    read_tls(whole.section("tls_server_config"));
    read_http(whole.section("http_server_config"));
    read_users(whole.section("basic_auth_users"));
    read_rate_limit(whole.section("rate_limit"));
    whole.finish();
  }

  void refuse(const YAML::Exception& error) {
    // What follows a colon is the file's own words, and may be a secret.
    complaints_.add(error.mark, "this is no valid YAML: " + error.msg.substr(0, error.msg.find(": ")), Showing::key);
  }

  void finish() {
    read_.complaints = complaints_.take();
    read_.warnings = complaints_.take_warnings();
    for (const Complaint& complaint : read_.complaints) contents_ += describe(complaint);
    read_.fingerprint = sha256(contents_);
  }

 private:
  Loaded load(YamlSection& tls, const std::string& key, bool secret) {
    const std::string file_key = key + "_file";
    const auto inline_text = tls.text(key, secret);
    const auto path = tls.text(file_key);
    if (inline_text && path) {
      tls.complain(key, "give either " + key + " or " + file_key, Showing::key);
      return {};
    }
    if (inline_text) return {key, inline_text->text};
    if (!path) return {};
    const std::filesystem::path file = folder_ / path->text;
    read_.files.push_back(file);
    auto content = read_text_file(file, largest_file);
    if (!content) {
      tls.complain(file_key, file_key + ": " + file.string() + ' ' + content.error());
      return {file_key, ""};
    }
    contents_ += *content;
    return {file_key, std::move(*content)};
  }

  /// exporter-toolkit: TLS is meant as soon as one of these is there.
  void read_tls(YamlSection tls) {
    const bool empty = tls.empty();
    const Loaded certificate = load(tls, "cert", false);
    const Loaded key = load(tls, "key", true);
    const Loaded authorities = load(tls, "client_ca", false);
    const auto auth_type = tls.text("client_auth_type");
    TlsSettings settings;
    settings.certificate = certificate.text;
    settings.key = Secret(key.text);
    settings.client_authorities = authorities.text;
    read_versions(tls, settings);
    settings.cipher_suites = names(tls, "cipher_suites", cipher_suite_names());
    settings.curves = names(tls, "curve_preferences", curve_names());
    settings.prefer_server_cipher_suites = tls.boolean("prefer_server_cipher_suites").value_or(true);
    read_clients(tls, auth_type, authorities, settings);
    tls.finish();
    if (empty || (certificate.key.empty() && key.key.empty() && authorities.key.empty() && !auth_type)) return;
    if (certificate.key.empty()) tls.complain("", "tls_server_config needs cert_file, the server's certificate");
    if (key.key.empty()) tls.complain("", "tls_server_config needs key_file, the certificate's private key");
    if (complaints_.empty()) make_context(tls, settings, {certificate.key, key.key, authorities.key});
  }

  struct Keys {
    std::string certificate, key, authorities;
  };

  void make_context(YamlSection& tls, const TlsSettings& settings, const Keys& keys) {
    auto made = TlsContext::make(settings);
    if (!made) {
      const std::string key = key_of(made.error().setting, keys);
      return tls.complain(key, key + ' ' + made.error().sentence, key == "key" ? Showing::key : Showing::line);
    }
    if (const auto untimely = (*made)->untimely(); !untimely.empty()) {
      tls.warn(keys.certificate, "the certificate " + std::string(untimely) + ": clients will refuse it");
    }
    read_.door.tls = std::move(*made);
  }

  static std::string key_of(TlsFault::Setting setting, const Keys& keys) {
    switch (setting) {
      case TlsFault::Setting::certificate: return keys.certificate;
      case TlsFault::Setting::key: return keys.key;
      case TlsFault::Setting::client_authorities: return keys.authorities;
      case TlsFault::Setting::curves: return "curve_preferences";
      case TlsFault::Setting::cipher_suites: return "cipher_suites";
    }
    return {};
  }

  void read_versions(YamlSection& tls, TlsSettings& settings) {
    settings.min_version = version(tls, "min_version", TlsVersion::tls12);
    settings.max_version = version(tls, "max_version", TlsVersion::tls13);
    if (settings.max_version < settings.min_version) {
      tls.complain("max_version", "max_version is below min_version: nobody could connect");
    }
  }

  TlsVersion version(YamlSection& tls, const std::string& key, TlsVersion usual) {
    static constexpr std::array<std::string_view, 4> words{"TLS13", "TLS12", "TLS11", "TLS10"};
    const auto word = tls.text(key);
    if (!word) return usual;
    if (word->text == "TLS13") return TlsVersion::tls13;
    if (word->text == "TLS11" || word->text == "TLS10") {
      tls.warn(key, key + ": " + word->text + " is broken and not spoken here: TLS12 is meant instead");
    } else if (word->text != "TLS12") {
      tls.complain(key, key + " must be " + one_of(words));
    }
    return TlsVersion::tls12;
  }

  std::vector<std::string> names(YamlSection& tls, const std::string& key, const std::vector<std::string_view>& known) {
    std::vector<std::string> found;
    for (YamlWord& word : tls.words(key).value_or(std::vector<YamlWord>{})) {
      if (std::ranges::find(known, word.text) == known.end()) {
        complaints_.add(word.mark,
                        in_quotes(word.text) + " is none that " + key + " knows" + did_you_mean(word.text, known),
                        Showing::line);
      } else {
        found.push_back(std::move(word.text));
      }
    }
    return found;
  }

  void read_clients(YamlSection& tls, const std::optional<YamlWord>& auth_type, const Loaded& authorities,
                    TlsSettings& settings) {
    struct Word {
      std::string_view word;
      ClientCertificate meaning;
    };
    static constexpr std::array<Word, 6> words{{{"NoClientCert", ClientCertificate::none},
                                                {"RequestClientCert", ClientCertificate::request},
                                                {"RequireAnyClientCert", ClientCertificate::require_any},
                                                {"VerifyClientCertIfGiven", ClientCertificate::verify_if_given},
                                                {"RequireAndVerifyClientCert", ClientCertificate::require_and_verify},
                                                {"RequireClientCert", ClientCertificate::require_any}}};
    const auto* const found = std::ranges::find(words, auth_type ? auth_type->text : "NoClientCert", &Word::word);
    if (found == words.end()) {
      static constexpr std::array<std::string_view, 5> offered{words[0].word, words[1].word, words[2].word,
                                                               words[3].word, words[4].word};
      tls.complain("client_auth_type", "client_auth_type must be " + one_of(offered));
      static_cast<void>(tls.words("client_allowed_sans"));
      return;
    }
    settings.client_certificate = found->meaning;
    if (!authorities.key.empty() && found->meaning == ClientCertificate::none) {
      tls.complain(
          authorities.key,
          authorities.key + " without client_auth_type asks for no certificate: RequireAndVerifyClientCert does",
          Showing::key);
    }
    read_allowed_names(tls, settings);
  }

  void read_allowed_names(YamlSection& tls, TlsSettings& settings) {
    const auto allowed = tls.words("client_allowed_sans");
    if (!allowed) return;
    const bool required = settings.client_certificate == ClientCertificate::require_any ||
                          settings.client_certificate == ClientCertificate::require_and_verify;
    // An empty list where no certificate is required opens and closes nothing; sample files have one.
    if (!required && allowed->empty()) return;
    if (!required) {
      return tls.complain(
          "client_allowed_sans",
          "client_allowed_sans needs client_auth_type RequireAndVerifyClientCert (or RequireAnyClientCert): "
          "else clients come in without a certificate");
    }
    if (allowed->empty())
      return tls.complain("client_allowed_sans", "client_allowed_sans is empty: nobody could connect");
    for (const YamlWord& word : *allowed) settings.client_allowed_sans.push_back(word.text);
  }

  void read_http(YamlSection http) {
    static_cast<void>(http.boolean("http2"));  // HTTP/1.1 is spoken, whatever it says
    YamlSection headers = http.section("headers");
    for (const YamlEntry& entry : headers.entries()) read_header(entry);
    http.finish();
  }

  void read_header(const YamlEntry& entry) {
    using namespace std::string_view_literals;
    static constexpr std::array names{"Strict-Transport-Security"sv, "X-Content-Type-Options"sv, "X-Frame-Options"sv,
                                      "X-XSS-Protection"sv, "Content-Security-Policy"sv};
    const std::string value = entry.value.IsNull() ? "" : entry.value.Scalar();
    if (std::ranges::find(names, entry.key) == names.end()) {
      complaints_.add(entry.key_mark,
                      "the header " + in_quotes(entry.key) + " cannot be set here" + did_you_mean(entry.key, names) +
                          " Those that can: " + enumerated(names),
                      Showing::line);
    } else if (entry.key == "X-Content-Type-Options" && value != "nosniff") {
      complaints_.add(entry.value.Mark(), "X-Content-Type-Options must be \"nosniff\"", Showing::line);
    } else if (entry.key == "X-Frame-Options" && value != "deny" && value != "sameorigin") {
      complaints_.add(entry.value.Mark(), R"(X-Frame-Options must be "deny" or "sameorigin")", Showing::line);
    } else if (has_control_characters(value)) {
      complaints_.add(entry.value.Mark(), entry.key + " must be a single line", Showing::key);
    } else {
      read_.door.headers.push_back({entry.key, value});
    }
  }

  void read_users(YamlSection users) {
    for (const YamlEntry& entry : users.entries()) {
      auto hash = bcrypt_hash(entry.value.IsNull() ? "" : entry.value.Scalar());
      if (hash) {
        read_.door.users.emplace(entry.key, std::move(*hash));
      } else {
        complaints_.add(entry.value.Mark(), "the password of " + in_quotes(entry.key) + ' ' + hash.error(),
                        Showing::key);
      }
    }
  }

  void read_rate_limit(YamlSection limit) {
    const auto interval = limit.text("interval");
    const auto burst = limit.integer("burst");
    limit.finish();
    if (!interval) return;
    const auto length = parse_go_duration(interval->text);
    if (!length) return limit.complain("interval", "interval must be a duration: 100ms, 1s, 1m30s");
    if (length->count() == 0) return;
    if (length->count() < 0) return limit.complain("interval", "interval must not be negative");
    if (burst.value_or(0) < 1) {
      return limit.complain(burst ? "burst" : "interval",
                            "rate_limit needs a burst of at least 1: else nobody is ever answered");
    }
    read_.door.rate_limit = RateLimit{*length, *burst};
  }

  const std::filesystem::path folder_;
  std::string contents_;  // of all files read
  YamlComplaints complaints_;
  WebConfigRead& read_;
};

}  // namespace

WebConfigRead read_web_config(const std::filesystem::path& file) {
  WebConfigRead read;
  read.files.push_back(file);
  const auto text = read_text_file(file, largest_file);
  if (!text) {
    read.complaints.push_back({.file = file.string(), .sentence = text.error()});
    read.fingerprint = text.error();
    return read;
  }
  WebConfigReader reader(file, *text, read);
  try {
    reader.read(YAML::Load(*text));
  } catch (const YAML::Exception& error) {
    reader.refuse(error);
  }
  reader.finish();
  return read;
}

}  // namespace taskqueue::web
