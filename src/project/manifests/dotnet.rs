//! csproj, Directory.Build.props, Directory.Packages.props, packages.config.

use smol_str::SmolStr;

use super::xml::{Tag, tags};
use super::{Manifest, Version, join, normal, version};
use crate::program::Language;

/// What `<ImplicitUsings>` imports with any SDK.
const IMPLICIT: &[&str] = &[
    "System",
    "System.Collections.Generic",
    "System.IO",
    "System.Linq",
    "System.Net.Http",
    "System.Threading",
    "System.Threading.Tasks",
];
const IMPLICIT_WORKER: &[&str] = &[
    "Microsoft.Extensions.Configuration",
    "Microsoft.Extensions.DependencyInjection",
    "Microsoft.Extensions.Hosting",
    "Microsoft.Extensions.Logging",
];
const IMPLICIT_WEB: &[&str] = &[
    "System.Net.Http.Json",
    "Microsoft.AspNetCore.Builder",
    "Microsoft.AspNetCore.Hosting",
    "Microsoft.AspNetCore.Http",
    "Microsoft.AspNetCore.Routing",
];

pub(super) fn msbuild(text: &str, manifest: &mut Manifest) {
    let mut sdk = "";
    let mut implicit = false;
    // the condition of the group that is open
    let mut condition = "";
    for tag in tags(text) {
        if tag.is("PropertyGroup") || tag.is("ItemGroup") {
            let opens = !tag.closing && !tag.empty;
            condition = tag.attribute("Condition").filter(|_| opens).unwrap_or_default();
            continue;
        }
        if tag.closing {
            continue;
        }
        match tag.name {
            "Project" => sdk = tag.attribute("Sdk").unwrap_or(sdk),
            "Sdk" => sdk = tag.attribute("Name").unwrap_or(sdk),
            "Import" => include(manifest, tag.attribute("Project")),
            "ProjectReference" => include(manifest, tag.attribute("Include")),
            "PackageReference" | "GlobalPackageReference" => package(manifest, &tag),
            // `Bogus, Version=33.0.0.0, Culture=neutral`
            "Reference" => {
                let name = tag.attribute("Include").and_then(|name| name.split(',').next());
                manifest.packages.extend(name.map(|name| normal(Language::CSharp, name)));
            }
            "Using" => using(manifest, &tag),
            "ImplicitUsings" => implicit = matches!(tag.text.to_lowercase().as_str(), "enable" | "true"),
            "IsTestProject" => {
                manifest.dotnet.test_project |= tag.text.eq_ignore_ascii_case("true") && condition.is_empty()
            }
            "TargetFramework" | "TargetFrameworks" | "TargetFrameworkVersion" => framework(manifest, tag.text),
            "PackageId" | "AssemblyName" if !tag.text.contains('$') && !tag.text.is_empty() => {
                manifest.builds = Some(normal(Language::CSharp, tag.text));
            }
            "DefineConstants" => {
                let own = tag.attribute("Condition").unwrap_or_default();
                if in_release(condition) && in_release(own) {
                    define(manifest, tag.text);
                }
            }
            _ => {}
        }
    }
    let runner = ["microsoft.net.test.sdk", "mstest", "tunit"];
    manifest.dotnet.test_project |=
        runner.iter().any(|name| manifest.packages.contains(*name)) || sdk.starts_with("MSTest.Sdk");
    if implicit {
        let worker = sdk.ends_with(".Web") || sdk.ends_with(".Worker");
        let more = [(true, IMPLICIT), (worker, IMPLICIT_WORKER), (sdk.ends_with(".Web"), IMPLICIT_WEB)];
        for (_, names) in more.iter().filter(|(wanted, _)| *wanted) {
            manifest.dotnet.usings.extend(names.iter().map(|name| SmolStr::new_static(name)));
        }
    }
}

pub(super) fn packages_config(text: &str, manifest: &mut Manifest) {
    for tag in tags(text).filter(|tag| tag.is("package")) {
        if let Some(name) = tag.attribute("id") {
            manifest.packages.insert(normal(Language::CSharp, name));
        }
    }
}

fn package(manifest: &mut Manifest, tag: &Tag<'_>) {
    // `Update` alone sets a version of what something else refers to
    let Some(name) = tag.attribute("Include") else {
        return;
    };
    let name = normal(Language::CSharp, name);
    if let Some(version) = tag.attribute("Version").and_then(version) {
        manifest.versions.push((name.clone(), version));
    }
    manifest.packages.insert(name);
}

fn include(manifest: &mut Manifest, written: Option<&str>) {
    let local = written.unwrap_or_default();
    let local = local.strip_prefix("$(MSBuildThisFileDirectory)").unwrap_or(local);
    if !local.is_empty() {
        manifest.includes.extend(join(&manifest.folder, local));
    }
}

fn using(manifest: &mut Manifest, tag: &Tag<'_>) {
    let Some(name) = tag.attribute("Include") else {
        return;
    };
    let using = match (tag.attribute("Alias"), tag.attribute("Static")) {
        (Some(alias), _) => smol_str::format_smolstr!("{alias}={name}"),
        (None, Some(told)) if told.eq_ignore_ascii_case("true") => {
            smol_str::format_smolstr!("static {name}")
        }
        _ => SmolStr::new(name),
    };
    manifest.dotnet.usings.push(using);
}

/// Whether a Release build meets an MSBuild condition: no condition, or one over the configuration that says so.
fn in_release(condition: &str) -> bool {
    if condition.is_empty() {
        return true;
    }
    let lower = condition.to_lowercase();
    if !lower.contains("$(configuration)") || lower.contains(" or ") || lower.contains(" and ") {
        return false;
    }
    let differs = lower.contains("!=");
    (lower.contains("release") && !differs) || (lower.contains("debug") && differs)
}

fn define(manifest: &mut Manifest, text: &str) {
    let symbols = text.split([';', ',', ' ']).map(str::trim);
    let symbols = symbols.filter(|symbol| !symbol.is_empty() && !symbol.starts_with('$'));
    manifest.dotnet.defined.extend(symbols.map(SmolStr::new));
}

/// `net8.0` and `netcoreapp3.1` are `net`; `net472` and `v4.7.2` are `netframework`. Of several the oldest counts.
fn framework(manifest: &mut Manifest, text: &str) {
    for moniker in text.split(';').map(str::trim) {
        let moniker = moniker.split('-').next().unwrap_or_default();
        let core = moniker
            .strip_prefix("netcoreapp")
            .or_else(|| moniker.strip_prefix("net").filter(|rest| rest.contains('.')));
        let found: Option<(&'static str, Version)> = if let Some(rest) = core {
            version(rest).map(|version| ("net", version))
        } else if let Some(rest) = moniker.strip_prefix('v') {
            version(rest).map(|version| ("netframework", version))
        } else {
            let digits: Option<Vec<u32>> =
                moniker.strip_prefix("net").map(|rest| rest.chars().filter_map(|digit| digit.to_digit(10)).collect());
            digits.filter(|digits| digits.len() >= 2).map(|digits| ("netframework", (digits[0], digits[1])))
        };
        let Some((name, version)) = found else {
            continue;
        };
        match manifest.versions.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = (*known).min(version),
            None => manifest.versions.push((SmolStr::new_static(name), version)),
        }
    }
}
