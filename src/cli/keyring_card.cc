// SPDX-License-Identifier: Apache-2.0
// parcelveil keyring card

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "src/base/status.h"
#include "src/cli/columns.h"
#include "src/cli/command.h"
#include "src/cli/json.h"
#include "src/cli/keyring_signer.h"
#include "src/store/file/file_io.h"

namespace parcelveil::cli {
namespace {

struct Flags {
  KeyringFlags common;
  std::string day;
  int days = 1;
  std::string out;
};

struct Card {
  Epoch day{};
  absl::Time not_after;
  std::string bytes;
};

// Each good until its own midnight: what arrives in the quarter of an hour
// after it is still converted.
absl::StatusOr<std::vector<Card>> MakeCards(const KeyringEditor& editor,
                                            Epoch first, int num_days) {
  std::vector<Card> cards;
  for (int i = 0; i < num_days; ++i) {
    Card card;
    card.day = Epoch{static_cast<uint16_t>(ToInt(first) + i)};
    card.not_after = absl::FromCivil(DayOf(card.day) + 1, editor.time_zone());
    PARCELVEIL_ASSIGN_OR_RETURN(card.bytes,
                                editor.IntakeCard(card.day, card.not_after));
    cards.push_back(std::move(card));
  }
  return cards;
}

// A card holds no secret.
absl::Status WriteCards(const std::vector<Card>& cards,
                        const std::string& folder) {
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    return store::FileError("make", folder, errno);
  }
  for (const Card& card : cards) {
    const std::string name =
        folder + "/card-" + absl::FormatCivilTime(DayOf(card.day));
    PARCELVEIL_RETURN_IF_ERROR(store::WriteFile(name, card.bytes, 0644));
  }
  return absl::OkStatus();
}

void PrintCards(const std::vector<Card>& cards, const KeyringEditor& editor,
                Session* session) {
  Columns columns;
  for (const Card& card : cards) {
    const std::string day = absl::FormatCivilTime(DayOf(card.day));
    const std::string until = IsoTime(card.not_after, editor.time_zone());
    const std::string text = absl::Base64Escape(card.bytes);
    if (session->json) {
      session->Print(JsonObject()
                         .Add("day", day)
                         .Add("not_after", until)
                         .Add("card", text)
                         .Take());
    } else {
      columns.AddLine({day, "until " + until, text});
    }
  }
  if (!session->json) session->Print(columns.ToText());
}

absl::Status RunCard(const Flags& flags, Session* session) {
  PARCELVEIL_ASSIGN_OR_RETURN(const std::unique_ptr<KeyringSigner> signer,
                              KeyringSigner::Open(flags.common));
  const KeyringEditor& editor = signer->editor();
  Epoch first = editor.Today();
  if (!flags.day.empty()) {
    PARCELVEIL_ASSIGN_OR_RETURN(first, ParseDay(flags.day));
  }
  PARCELVEIL_ASSIGN_OR_RETURN(const std::vector<Card> cards,
                              MakeCards(editor, first, flags.days));
  PrintCards(cards, editor, session);
  if (!flags.out.empty()) {
    PARCELVEIL_RETURN_IF_ERROR(WriteCards(cards, flags.out));
  }
  session->Note(
      "A kiosk seals to a card and opens nothing. It must know the signer by "
      "its own copy of signer.pub, never from beside the card.");
  return absl::OkStatus();
}

}  // namespace

void AddKeyringCard(CLI::App* keyring, Session* session) {
  const auto flags = std::make_shared<Flags>();
  CLI::App* command = keyring->add_subcommand(
      "card", "cards that kiosks seal orders to, one a day, signed");
  AddKeyringFlags(command, &flags->common);
  command->add_option("--epoch", flags->day, "the first day (today)")
      ->type_name("DAY");
  command->add_option("--days", flags->days, "how many days")
      ->type_name("N")
      ->check(CLI::Range(1, 366))
      ->capture_default_str();
  command
      ->add_option("--out", flags->out,
                   "also write each as DIR/card-<day>, 144 bytes")
      ->type_name("DIR");
  session->OnRun(command,
                 [flags, session] { return RunCard(*flags, session); });
}

}  // namespace parcelveil::cli
