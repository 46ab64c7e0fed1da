#include <algorithm>
#include <array>
#include <string_view>

#include "exporter/config/endpoint.h"
#include "exporter/config/read_tables.h"
#include "exporter/config/wording.h"

namespace taskqueue {
namespace {

constexpr std::array<std::string_view, 2> providers{"tencent", "alibaba"};
constexpr std::array<std::string_view, 6> sources{"chain", "environment", "profile", "instance_role", "oidc", "static"};

/// The words that a provider has for the two halves of its static keys.
struct KeyNames {
  std::string_view id;
  std::string_view key;
};
constexpr std::array<KeyNames, 2> key_names{
    {{"secret_id", "secret_key"}, {"access_key_id", "access_key_secret"}}};  // in the order of `providers`

std::string file_key(std::string_view key) { return std::string(key) + "_file"; }

/// `key` or `key`_file, whichever is given.
SecretOrFile read_secret(TableReader& reader, std::string_view key, const ReadingContext& context) {
  SecretOrFile secret;
  const std::string in_file = file_key(key);
  secret.value = Secret(reader.text(key).value_or(""));
  secret.file = read_file_name(reader, in_file, context.folder);
  if (reader.has(key)) {
    reader.refuse(in_file, std::string(key) + " is given too: keep one of " + std::string(key) + " and " + in_file);
  }
  return secret;
}

void refuse_both(TableReader& reader, std::string_view key, const std::string& sentence) {
  reader.refuse(key, std::string(key) + sentence);
  reader.refuse(file_key(key), file_key(key) + sentence);
}

void require_either(TableReader& reader, std::string_view key) {
  if (reader.has(file_key(key))) return;
  reader.require(key, "credentials = \"static\" needs " + std::string(key) + " or " + file_key(key) +
                          "; add one, or choose other credentials");
}

bool has_keys(const TableReader& reader, const KeyNames& names) {
  return reader.has(names.id) || reader.has(names.key) || reader.has(file_key(names.id)) ||
         reader.has(file_key(names.key));
}

void refuse_static_keys(TableReader& reader) {
  const std::string why = " is used only with credentials = \"static\": add that, or remove the key";
  for (const KeyNames& names : key_names) {
    refuse_both(reader, names.id, why);
    refuse_both(reader, names.key, why);
  }
  refuse_both(reader, "session_token", why);
}

/// Complains about keys that belong to the other provider.
void refuse_foreign_keys(TableReader& reader, std::size_t provider) {
  const KeyNames& ours = key_names[provider];
  for (std::size_t i = 0; i < providers.size(); ++i) {
    if (i == provider) continue;
    const std::string why = " is a key of " + std::string(providers[i]) + ": write " + std::string(ours.id) + " and " +
                            std::string(ours.key) + " for " + std::string(providers[provider]);
    refuse_both(reader, key_names[i].id, why);
    refuse_both(reader, key_names[i].key, why);
    // Then it is plain what to do: no need to ask for each missing key too.
    if (has_keys(reader, key_names[i])) return;
  }
  require_either(reader, ours.id);
  require_either(reader, ours.key);
}

/// The keys of `provider`; those of both, and none of them required, where it is not known.
void read_static_keys(TableReader& reader, std::optional<std::size_t> provider, const ReadingContext& context,
                      CredentialsConfig& credentials) {
  credentials.token = read_secret(reader, "session_token", context);
  for (std::size_t i = 0; i < providers.size(); ++i) {
    if (provider && provider != i) continue;
    credentials.id = read_secret(reader, key_names[i].id, context);
    credentials.key = read_secret(reader, key_names[i].key, context);
  }
  if (provider) refuse_foreign_keys(reader, *provider);
}

std::optional<AssumeRole> read_assume_role(TableReader& account, const ReadingContext& context) {
  const TomlValue* table = account.table("assume_role");
  if (table == nullptr) return std::nullopt;
  AssumeRole role;
  TableReader reader(*table, "assume_role of " + account.title(), context.complaints);
  role.arn = reader.text("arn").value_or("");
  role.session_name = reader.text("session_name").value_or("");
  role.external_id = reader.text("external_id").value_or("");
  reader.require("arn", "add the role to assume");
  reader.finish(table->place);
  return role;
}

CredentialsConfig read_credentials(TableReader& reader, std::optional<std::size_t> provider,
                                   const ReadingContext& context) {
  CredentialsConfig credentials;
  const auto source = reader.choice("credentials", sources);
  const bool is_unclear = reader.has("credentials") && !source;
  if (source) credentials.source = static_cast<CredentialsSource>(*source);
  // Of keys without a known source only their shape can be checked.
  if (is_unclear) provider.reset();
  if (is_unclear || credentials.source == CredentialsSource::static_keys) {
    read_static_keys(reader, provider, context, credentials);
  } else {
    refuse_static_keys(reader);
  }
  credentials.profile = reader.text("profile").value_or(credentials.profile);
  if (source && credentials.source != CredentialsSource::profile && credentials.source != CredentialsSource::chain) {
    reader.refuse("profile", "profile is used only with credentials = \"profile\" or \"chain\": remove it");
  }
  credentials.assume_role = read_assume_role(reader, context);
  return credentials;
}

std::optional<ProxyAddress> read_proxy(TableReader& reader) {
  const auto url = reader.text("proxy");
  if (!url) return std::nullopt;
  auto proxy = parse_proxy(*url);
  if (!proxy) reader.complain("proxy", "proxy is no URL of an HTTP proxy: write http://[user:password@]host[:port]");
  return proxy;
}

/// The address of a service that gives keys. Without encryption only where `may_be_plain` is true of its host.
std::optional<Endpoint> read_key_service(TableReader& reader, std::string_view key,
                                         bool (*may_be_plain)(std::string_view)) {
  const auto url = reader.text(key);
  if (!url) return std::nullopt;
  auto endpoint = parse_endpoint(*url);
  if (!endpoint) {
    reader.complain(key, std::string(key) +
                             " is not the address of a service: write https://host[:port], without path "
                             "and user");
  } else if (!endpoint->tls && !may_be_plain(endpoint->host)) {
    reader.complain(key, "keys would come from here without encryption: write https://");
  }
  return endpoint;
}

bool read_site(TableReader& reader) {
  const auto site = reader.text("site");
  if (!site) return false;
  if (*site != "intl")
    reader.complain("site", "site is \"intl\", not " + in_quotes(*site) + ": write that, or remove it");
  return *site == "intl";
}

std::string read_provider(TableReader& reader) {
  const auto provider = reader.choice("provider", providers);
  reader.require("provider", "add provider = \"tencent\" or \"alibaba\"");
  return provider ? std::string(providers[*provider]) : std::string();
}

}  // namespace

AccountConfig read_account(const TomlEntry& entry, const ReadingContext& context) {
  AccountConfig account;
  account.name = entry.key;
  TableReader reader(entry.value, table_title("accounts", entry.key), context.complaints);
  account.provider = read_provider(reader);
  const auto known = std::ranges::find(providers, account.provider);
  const auto provider =
      known == providers.end() ? std::optional<std::size_t>() : static_cast<std::size_t>(known - providers.begin());
  account.credentials = read_credentials(reader, provider, context);
  account.international = read_site(reader);
  account.proxy = read_proxy(reader);
  account.ca_file = read_file_name(reader, "ca_file", context.folder);
  account.sts_endpoint = read_key_service(reader, "sts_endpoint", is_loopback);
  account.metadata_endpoint = read_key_service(reader, "metadata_endpoint", is_on_this_link);
  if (const TomlValue* limits = reader.table("limits")) account.limits = read_limits(*limits, account, context);
  reader.finish(entry.place);
  return account;
}

}  // namespace taskqueue
