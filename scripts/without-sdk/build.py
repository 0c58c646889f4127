#!/usr/bin/env python3
"""build.py PROJECT...: compiles projects, and those that they reference, on a machine that has the .NET runtime and a NuGet package folder, but no SDK.

The compiler is that of the package microsoft.net.compilers.toolset. Output lies where `dotnet build` puts it. This is no replacement for the
SDK: it reads of a project what this tree's projects use, takes packages as the lock files name them, and runs the source generators, but
no analyzers, no restore and no packing.
"""
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

PACKAGES = os.environ.get('NUGET_PACKAGES') or os.path.expanduser('~/.nuget/packages')
FRAMEWORK = '10.0.12'
COMPILER = '5.9.0'
USINGS = ['System', 'System.Collections.Generic', 'System.IO', 'System.Linq', 'System.Net.Http', 'System.Threading', 'System.Threading.Tasks']
# The newest that a package has of these is taken.
TARGETS = [f'net{n}.0' for n in range(10, 4, -1)] + ['netcoreapp3.1', 'netcoreapp3.0', 'netcoreapp2.1', 'netstandard2.1', 'netcoreapp2.0', 'netstandard2.0'] + \
    [f'netstandard1.{n}' for n in range(6, -1, -1)]
# Of the SDK, not of the program.
BUILD_ONLY = ('microsoft.net.illink.tasks', 'microsoft.codeanalysis.bannedapianalyzers', 'microsoft.dotnet.ilcompiler')
# Their generators come with the ASP.NET framework; without it, with the package.
GENERATING = ('Microsoft.Extensions.Logging.Abstractions', 'Microsoft.Extensions.Options', 'Microsoft.Extensions.Configuration.Binder')


def package(name, version):
    folder = f'{PACKAGES}/{name.lower()}/{version}'
    if not os.path.isdir(folder):
        sys.exit(f'build.py: the package {name} {version} is not in {PACKAGES}')
    return folder


def newest_target(folder):
    return next((f'{folder}/{t}' for t in TARGETS if os.path.isdir(f'{folder}/{t}')), None)


def files(folder):
    return glob.glob(f'{folder}/*.dll')


CSC = package('microsoft.net.compilers.toolset', COMPILER) + '/tasks/netcore/bincore/csc.dll'
CORE = package('microsoft.netcore.app.ref', FRAMEWORK)
WEB = package('microsoft.aspnetcore.app.ref', FRAMEWORK)
VERSION = re.search('<Version>(.*?)<', open('Directory.Build.props').read())[1]
COMMIT = subprocess.run(['git', 'rev-parse', 'HEAD'], capture_output=True, text=True).stdout.strip()


class Project:
    known = {}

    @classmethod
    def of(cls, path):
        path = os.path.normpath(path)
        return cls.known[path] if path in cls.known else cls(path)

    def __init__(self, path):
        self.known[path] = self
        self.path, self.folder = path, os.path.dirname(path)
        self.xml = ET.parse(path).getroot()
        self.name = os.path.basename(path)[:-len('.csproj')]
        self.assembly = self.property('AssemblyName') or self.name
        self.in_tests = self.folder.startswith('tests/')
        self.is_program = self.property('OutputType') == 'Exe' or self.property('GenerateProgramFile') == 'false'
        self.references = [(Project.of(os.path.join(self.folder, e.get('Include'))), e.get('ReferenceOutputAssembly') != 'false') for e in self.items('ProjectReference')]
        self.uses_web = any(e.get('Include') == 'Microsoft.AspNetCore.App' for e in self.items('FrameworkReference')) or any(p.uses_web for p, linked in self.references if linked)
        lock = json.load(open(f'{self.folder}/packages.lock.json'))['dependencies']['net10.0']
        self.packages = [(n, e['resolved']) for n, e in lock.items() if e['type'] != 'Project' and n.lower() not in BUILD_ONLY]
        self.bin, self.obj = f'{self.folder}/bin/Debug/net10.0', f'{self.folder}/obj/without-sdk'
        self.output = f'{self.bin}/{self.assembly}.dll'
        self.is_built = False

    def items(self, name):
        return self.xml.iter(name)

    def property(self, name):
        return next((e.text for g in self.xml.findall('PropertyGroup') if not g.get('Condition') for e in g.findall(name)), None)

    def linked(self):
        """The projects that it references, directly or not."""
        found = {}
        for project, linked in self.references:
            if linked:
                found[project.path] = project
                found.update({p.path: p for p in project.linked()})
        return list(found.values())

    def sources(self):
        found = [f for f in glob.glob(f'{self.folder}/**/*.cs', recursive=True) if not re.search(r'/(bin|obj|node_modules)/', f)]
        for e in self.items('Compile'):
            found += glob.glob(os.path.join(self.folder, e.get('Include') or ''))
        if self.in_tests and not any(e.get('Remove') for e in self.items('Compile')) and any(n == 'xunit' for n, _ in self.packages):
            found += glob.glob('tests/Support/*.cs')
        return sorted({os.path.normpath(f) for f in found if f.endswith('.cs')})

    def build(self):
        if self.is_built:
            return
        self.is_built = True
        for project, _ in self.references:
            project.build()
        os.makedirs(self.bin, exist_ok=True)
        os.makedirs(self.obj, exist_ok=True)
        framework = files(f'{CORE}/ref/net10.0') + (files(f'{WEB}/ref/net10.0') if self.uses_web else [])
        generators = files(f'{CORE}/analyzers/dotnet/cs') + (files(f'{WEB}/analyzers/dotnet/cs') if self.uses_web else [])
        brought = {os.path.basename(f) for f in framework}
        compile_with, run_with = [], []
        for name, version in self.packages:
            folder = package(name, version)
            library = newest_target(f'{folder}/lib')
            compile_with += [f for f in files(newest_target(f'{folder}/ref') or library) if os.path.basename(f) not in brought]
            run_with += [f for f in files(library) if os.path.basename(f) not in brought] + glob.glob(f'{folder}/runtimes/linux-x64/native/*.so')
            if name in GENERATING and not self.uses_web:
                generators += files((sorted(glob.glob(f'{folder}/analyzers/dotnet/roslyn*/cs')) or [f'{folder}/analyzers/dotnet/cs'])[-1])
        self.compile(framework + compile_with + [p.output for p in self.linked()], generators)
        self.put_beside(run_with)

    def compile(self, references, generators):
        arguments = [
            '/nologo', '/noconfig', '/nostdlib+', '/deterministic+', '/debug:portable', '/nullable:enable', '/langversion:latest', '/utf8output', '/nowarn:CS1701;CS1702;CS1591;CS1573',
            '/define:TRACE;DEBUG;NET;NET10_0;NETCOREAPP;' + ';'.join(f'NET{n}_0_OR_GREATER' for n in range(5, 11)), '/warnaserror+',
            f'/target:{"exe" if self.is_program else "library"}', f'/out:{self.output}', f'/doc:{self.bin}/{self.assembly}.xml',
            f'/unsafe{"+" if self.property("AllowUnsafeBlocks") == "true" else "-"}', f'/analyzerconfig:{self.editor_config()}',
            '/features:InterceptorsNamespaces=Microsoft.Extensions.Configuration.Binder.SourceGeneration',
        ]
        arguments += [f'/r:{f}' for f in references] + [f'/a:{f}' for f in generators if not f.endswith('.resources.dll')]
        for e in self.items('EmbeddedResource'):
            for f in sorted(glob.glob(os.path.join(self.folder, e.get('Include')))):
                stem, ending = os.path.splitext(os.path.basename(f))
                arguments.append(f'/resource:{f},' + e.get('LogicalName').replace('%(Filename)', stem).replace('%(Extension)', ending))
        response = f'{self.obj}/csc.rsp'
        with open(response, 'w') as f:
            f.write('\n'.join(f'"{a}"' for a in arguments + [os.path.abspath(s) for s in [*self.sources(), self.generated()]]))
        since = time.monotonic()
        result = subprocess.run(['dotnet', CSC, '/noconfig', f'@{response}'], capture_output=True, text=True)
        said = sorted({line for line in result.stdout.splitlines() if ' error ' in line or ' warning ' in line and 'CS2023' not in line})
        print(*said[:40], f'{self.name} ({time.monotonic() - since:.0f} s)', sep='\n', flush=True)
        if result.returncode != 0:
            sys.exit(f'build.py: {self.name} does not compile')

    def editor_config(self):
        path = os.path.abspath(f'{self.obj}/global.editorconfig')
        with open(path, 'w') as f:
            f.write('is_global = true\nbuild_property.TargetFramework = net10.0\nbuild_property.TargetFrameworkIdentifier = .NETCoreApp\nbuild_property.TargetFrameworkVersion = v10.0\n')
            if self.property('EnableConfigurationBindingGenerator'):
                f.write('build_property.EnableConfigurationBindingGenerator = true\n')
        return path

    def generated(self):
        """Implicit usings and assembly attributes, as the SDK writes them."""
        day = time.strftime('%Y-%m-%d', time.gmtime(int(os.environ.get('SOURCE_DATE_EPOCH', time.time()))))
        attributes = ['System.Runtime.Versioning.TargetFramework(".NETCoreApp,Version=v10.0")']
        attributes += [f'System.Reflection.Assembly{n}("{v}")' for n, v in [('Title', self.assembly), ('Version', VERSION + '.0'), ('FileVersion', VERSION + '.0'), ('InformationalVersion', f'{VERSION}+{COMMIT}')]]
        attributes += [f'System.Runtime.CompilerServices.InternalsVisibleTo("{e.get("Include")}")' for e in self.items('InternalsVisibleTo')]
        attributes += [f'System.Reflection.AssemblyMetadata("{e.get("Include")}", "{e.get("Value").replace("$(BuildDate)", day)}")' for e in self.items('AssemblyMetadata')]
        path = f'{self.obj}/Generated.cs'
        with open(path, 'w') as f:
            f.write('// <auto-generated/>\n' + ''.join(f'global using {u};\n' for u in USINGS + (['Xunit'] if any(n == 'xunit' for n, _ in self.packages) else [])))
            f.write(''.join(f'[assembly: {a}]\n' for a in attributes))
        return path

    def put_beside(self, run_with):
        for project in self.linked():
            for entry in os.scandir(project.bin):
                if entry.is_dir():
                    shutil.copytree(entry.path, f'{self.bin}/{entry.name}', dirs_exist_ok=True)
                elif entry.name.endswith(('.dll', '.pdb', '.so', '.runtimeconfig.json')):
                    shutil.copy2(entry.path, self.bin)
        for f in run_with:
            shutil.copy2(f, self.bin)
        for e in self.items('Content'):
            folder = os.path.join(self.bin, os.path.dirname(e.get('Include')))
            os.makedirs(folder, exist_ok=True)
            for f in glob.glob(os.path.join(self.folder, e.get('Include'))):
                shutil.copy2(f, folder)
        # As PutAgentBeside of the testbed's project does.
        for project, linked in self.references:
            if not linked:
                shutil.copytree(project.bin, f'{self.bin}/agent', dirs_exist_ok=True)
        options = {'System.Globalization.Invariant': True, 'System.GC.Server': False, 'System.CommandLine.ExecutableName': self.assembly}
        if self.property('ConcurrentGarbageCollection') == 'false':
            options['System.GC.Concurrent'] = False
        options.update({e.get('Include'): int(e.get('Value')) for e in self.items('RuntimeHostConfigurationOption')})
        names = ['Microsoft.NETCore.App'] + (['Microsoft.AspNetCore.App'] if self.uses_web else [])
        with open(f'{self.bin}/{self.assembly}.runtimeconfig.json', 'w') as f:
            json.dump({'runtimeOptions': {'tfm': 'net10.0', 'frameworks': [{'name': n, 'version': '10.0.0'} for n in names], 'configProperties': options}}, f, indent=2)


for argument in sys.argv[1:]:
    Project.of(argument).build()
