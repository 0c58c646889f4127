using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Identity;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands.Init;

/// <summary>What the command line says.</summary>
internal sealed record Given
{
    /// <summary>The folder to look into; null: not said.</summary>
    public string? From { get; init; }

    public required string WorkingFolder { get; init; }

    /// <summary>The file to write, absolute.</summary>
    public required string Output { get; init; }

    /// <summary>Whether that is where the package's service reads it.</summary>
    public bool IsOfPackage { get; init; }

    public bool Replaces { get; init; }

    public IReadOnlyList<string> Assignments { get; init; } = [];

    /// <summary>By the key that each sets; null: not given.</summary>
    public required IReadOnlyDictionary<string, string?> Options { get; init; }
}

/// <summary>Makes a configuration of what is given, found, proposed and answered, in this order.</summary>
internal sealed partial class Making(Given given, Questions questions, TextWriter output) : IDisposable
{
    private const int MaxBytes = 1024 * 1024;
    private const string Off = "off";
    private const string PasswordFile = "privateKeyPasswordFile";
    private const string Source = "source";

    /// <summary>The one that <c>aws-setup.sh</c> makes unless it is told another.</summary>
    private const string UsualRoleAlias = "device-agent";

    /// <summary>Of AWS's their names have the region.</summary>
    private static readonly string[] EndpointKeys = ["credentialsEndpoint", "mqttEndpoint"];

    /// <summary>What is copied where it was found in a folder, and how the copy is called.</summary>
    private static readonly (string Key, string Name)[] Copied =
    [
        (SettingPaths.Certificate, "certificate.pem"), (SettingPaths.PrivateKey, "private.key"), (SettingPaths.Roots, "ca.pem"), ("certificateChainPath", "chain.pem"), (PasswordFile, "private.key.password"),
    ];

    private readonly Placement _placement = new(given.Output, given.Replaces);
    private SourceFiles _files = new(null);
    private DeviceFolder? _folder;
    private Draft _draft = new([], "");

    /// <returns>The file.</returns>
    /// <exception cref="MissingAnswersException">Something is missing, and nobody can be asked.</exception>
    /// <exception cref="ConfigurationException">Something is wrong with what is given.</exception>
    /// <exception cref="CommandException">A file is missing or in the way.</exception>
    public async Task<string> MakeAsync(CancellationToken cancellationToken)
    {
        RequirePlace();
        await LookAsync().ConfigureAwait(false);
        await TellAsync().ConfigureAwait(false);
        await AskAsync(cancellationToken).ConfigureAwait(false);
        questions.RequireAll(_folder?.Problems ?? []);
        Judge();
        var placed = Place();
        RequirePlace();
        if (!await questions.AgreesAsync($"Write {given.Output}?").ConfigureAwait(false)) throw new CommandException("nothing is written");
        _placement.Write(Encoding.UTF8.GetBytes(CommentedConfiguration.Of(placed)), isSecret: _draft.Has("privateKeyPassword"));
        await ReportAsync().ConfigureAwait(false);
        return given.Output;
    }

    /// <summary>Before a person answers ten questions, too.</summary>
    private void RequirePlace()
    {
        if (_placement.Problems().ToList() is { Count: > 0 } problems) throw new CommandException(string.Join("; ", problems));
    }

    private async Task LookAsync()
    {
        var isNamed = given.From is not null;
        var path = given.From ?? (given.Options[SettingPaths.Certificate] is null ? given.WorkingFolder : null);
        var look = path is null ? null : DeviceFolder.Look(Path.GetFullPath(path, given.WorkingFolder));

        // What merely lies about in the working folder is proposed, not taken.
        if (!isNamed && look is { Certificate: null }) look = null;
        if (!isNamed && look is not null && (!questions.Asks || !await questions.AgreesAsync($"Use the certificate and key of this folder ({PrintableText.Escaped(Path.GetFileName(look.Certificate)!)})?").ConfigureAwait(false))) look = null;
        if (look is null && path is not null && !isNamed && questions.Asks)
        {
            var answer = await questions.AskAsync(
                new Question("folder", "The folder with certificate and private key, as aws-setup.sh left it or the console's download was unpacked:"), "--from FOLDER", null,
                a => Directory.Exists(Path.GetFullPath(a, given.WorkingFolder)) ? null : "is no folder").ConfigureAwait(false);
            look = DeviceFolder.Look(Path.GetFullPath(answer!, given.WorkingFolder));
        }

        _folder = look;
        _files = look?.Files ?? _files;
        _draft = new Draft((JsonObject?)look?.Settings.DeepClone() ?? [], Path.GetDirectoryName(given.Output)!);
        if (look is { Certificate: { } certificate })
        {
            _draft.Set(SettingPaths.Certificate, certificate);
            if (look.PrivateKey is { } key) _draft.Set(SettingPaths.PrivateKey, key);
            else _draft.Remove(SettingPaths.PrivateKey);
        }

        // The computer on which the folder was made may have its roots elsewhere.
        if (look is { Roots: { } roots } && !File.Exists(_draft.Text(SettingPaths.Roots))) _draft.Set(SettingPaths.Roots, roots);
        if (look is { DataEndpoint: { } data } && !_draft.Has("mqttEndpoint")) _draft.Set("mqttEndpoint", data);
        TakeOptions();
        RefuseLinks();
        if (!_draft.Has(SettingPaths.StateDirectory)) _draft.Set(SettingPaths.StateDirectory, given.IsOfPackage ? "/var/lib/device-agent" : "state");
    }

    /// <summary>What the folder's settings name in it, before anything reads it.</summary>
    private void RefuseLinks()
    {
        var errors = new List<ConfigurationError>();
        foreach (var key in Copied.Select(c => c.Key))
        {
            if (_draft.Text(key) is not { } path || !_files.Holds(path)) continue;
            try
            {
                CryptographicOperations.ZeroMemory(_files.Read(path, MaxBytes));
            }
            catch (LinkException e)
            {
                errors.Add(new ConfigurationError(key, path, e.Message));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is told of where it is needed.
            }
        }

        if (errors.Count > 0) throw new ConfigurationException(errors);
    }

    private void TakeOptions()
    {
        foreach (var (key, value) in given.Options)
        {
            if (value is null) continue;
            if (key == SettingPaths.StateDirectory && value.Length == 0) throw new ConfigurationException([new ConfigurationError("--state-directory", value, "names no folder")]);
            if (key == Source)
            {
                _draft.Remove("sources");
                _draft.Set(Source, SourceChoice.Of(value, given.WorkingFolder) ?? throw new ConfigurationException([new ConfigurationError("--source", value, $"is no source: say {SourceChoice.Kinds}")]));
            }
            else if (value == Off && key is "mqttEndpoint") _draft.Remove(key);
            else _draft.Set(key, key is SettingPaths.Certificate or SettingPaths.PrivateKey or SettingPaths.Roots or SettingPaths.StateDirectory ? SettingPaths.Absolute(value, given.WorkingFolder) : value);
        }

        if (given.Options[SettingPaths.Certificate] is not null && given.Options[SettingPaths.PrivateKey] is null) _draft.Remove(SettingPaths.PrivateKey);
        _draft.Assign([.. given.Assignments.Select(a => SettingPaths.AbsoluteAssignment(a, given.WorkingFolder))]);
    }

    /// <summary>What need not be asked.</summary>
    private async Task TellAsync()
    {
        if (_folder is null) return;
        await output.WriteLineAsync($"found in {PrintableText.Escaped(_folder.Path)}:").ConfigureAwait(false);
        string[] keys = ["thingName", "region", "credentialsEndpoint", "mqttEndpoint", "roleAlias", SettingPaths.Certificate, SettingPaths.PrivateKey, SettingPaths.Roots];
        foreach (var key in keys) if (_draft.Text(key) is { } value) await output.WriteLineAsync($"  {key,-20} {PrintableText.Escaped(DeviceIdentityOptions.Shown(value))}").ConfigureAwait(false);
        if (_draft.Section(Source) is { } source) await output.WriteLineAsync($"  {Source,-20} {PrintableText.Escaped(SettingsReader.Scalar(source["kind"]) ?? "")}").ConfigureAwait(false);
        if (_folder.KnownRoots is { } known && !_draft.Has(SettingPaths.Roots)) await output.WriteLineAsync($"  {PrintableText.Escaped(Path.GetFileName(known))} is not needed: this system knows the root").ConfigureAwait(false);
        foreach (var problem in _folder.Problems) await output.WriteLineAsync($"  note: {PrintableText.Escaped(problem)}").ConfigureAwait(false);
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        if (!_draft.Has(SettingPaths.Certificate))
        {
            await AskPathAsync(SettingPaths.Certificate, "certificate", "--certificate FILE", _folder is null && !questions.Asks ? "or --from FOLDER with certificate and key" : null).ConfigureAwait(false);
            await AskPathAsync(SettingPaths.PrivateKey, "private key", "--private-key FILE", null).ConfigureAwait(false);
        }

        await AskAsync("thingName", new Question("thing name", "the name of the thing that the certificate is attached to"), "--thing NAME", _folder?.ThingName).ConfigureAwait(false);
        await AskAsync("credentialsEndpoint", new Question("credentials endpoint", "aws iot describe-endpoint --endpoint-type iot:CredentialProvider"), "--endpoint HOST", null).ConfigureAwait(false);
        await AskAsync("region", new Question("region", "the region of the table"), "--region NAME", Region()).ConfigureAwait(false);
        await AskAsync("roleAlias", new Question("role alias", "the role alias to ask for"), "--role-alias NAME", UsualRoleAlias).ConfigureAwait(false);
        await AskMqttAsync().ConfigureAwait(false);
        await AskSourceAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task AskAsync(string key, Question question, string option, string? proposal)
    {
        if (_draft.Has(key)) return;
        if (await questions.AskAsync(question, option, proposal, answer => Checked(key, answer)).ConfigureAwait(false) is { } answer) _draft.Set(key, answer);
    }

    /// <summary>What the agent would say of the answer.</summary>
    private string? Checked(string key, JsonNode answer)
    {
        _draft.Set(key, answer);
        var problem = _draft.ProblemOf(key);
        if (problem is not null) _draft.Remove(key);
        return problem;
    }

    private async Task AskPathAsync(string key, string what, string option, string? where)
    {
        var answer = await questions.AskAsync(
            new Question(what, where), option, null,
            a => !SettingPaths.IsFile(a) || File.Exists(Path.GetFullPath(a, given.WorkingFolder)) ? null : "is no file").ConfigureAwait(false);
        if (answer is not null) _draft.Set(key, SettingPaths.Absolute(answer, given.WorkingFolder));
    }

    /// <summary>Optional: it is asked of a person, and left out where there is none.</summary>
    private async Task AskMqttAsync()
    {
        if (!questions.Asks || _draft.Has("mqttEndpoint") || given.Options["mqttEndpoint"] is not null || _folder?.Settings.Count > 0) return;
        var answer = await questions.AskAsync(
            new Question("mqtt endpoint", "for remote control (shadow, jobs): aws iot describe-endpoint --endpoint-type iot:Data-ATS; off: none"), "--mqtt-endpoint HOST", Off,
            a => a == Off ? null : Checked("mqttEndpoint", a)).ConfigureAwait(false);
        if (answer is not null and not Off) _draft.Set("mqttEndpoint", answer);
    }

    private async Task AskSourceAsync(CancellationToken cancellationToken)
    {
        if (_draft.Has(Source) || _draft.Has("sources")) return;
        var sensors = await SourceChoice.CountSensorsAsync(null, cancellationToken).ConfigureAwait(false);
        var where = $"what the device reads. linux: its sensors, of which there are {sensors} (device-agent sensors); none: only what other programs hand in; stdin; replay:FILE";
        var answer = await questions.AskAsync(new Question(Source, where), "--source KIND", sensors > 0 ? "linux" : "none", a => SourceChoice.Of(a, given.WorkingFolder) is { } section ? Checked(Source, section) : $"is no source: say {SourceChoice.Kinds}").ConfigureAwait(false);
        if (answer is not null) _draft.Set(Source, SourceChoice.Of(answer, given.WorkingFolder)!);
    }

    /// <summary>Of an endpoint of AWS.</summary>
    private string? Region() => EndpointKeys.Select(k => RegionForm().Match(_draft.Text(k) ?? "")).FirstOrDefault(m => m.Success)?.Groups[1].Value;

    /// <summary>All that the agent would find wrong, certificate and key included.</summary>
    private void Judge()
    {
        if (_draft.Problems() is { Count: > 0 } problems) throw new ConfigurationException(problems);
        try
        {
            using var identity = IdentityLoader.Load(new DeviceIdentityOptions
            {
                CertificatePath = _draft.Text(SettingPaths.Certificate)!,
                PrivateKeyPath = _draft.Text(SettingPaths.PrivateKey),
                CertificateChainPath = _draft.Text("certificateChainPath"),
                PrivateKeyPassword = _draft.Text("privateKeyPassword") is { } password ? new Secret(password) : null,
                AllowInsecureKeyPermissions = true,
            }, _files.Read);
        }
        catch (DeviceIdentityException e) when (!_draft.Has(PasswordFile) && File.Exists(_draft.Text(SettingPaths.Certificate)))
        {
            throw new ConfigurationException([.. e.Problems.Select(p => new ConfigurationError(p.Subject, null, $"{p.What}. {p.Remedy}"))]);
        }
        catch (DeviceIdentityException e)
        {
            // A password in a file, or a key in a module: the doctor tells.
            if (!File.Exists(_draft.Text(SettingPaths.Certificate)) && SettingPaths.IsFile(_draft.Text(SettingPaths.Certificate)!)) throw new ConfigurationException([.. e.Problems.Select(p => new ConfigurationError(p.Subject, null, $"{p.What}. {p.Remedy}"))]);
        }
    }

    /// <summary>The settings as they are written: paths as they will be.</summary>
    private JsonObject Place()
    {
        var placed = new Draft((JsonObject)_draft.Values.DeepClone(), Path.GetDirectoryName(given.Output)!);
        foreach (var (key, name) in Copied)
        {
            if (placed.Text(key) is not { } path || !SettingPaths.IsFile(path)) continue;

            // A PKCS#12 file keeps its ending: others look at it.
            var copy = Path.GetExtension(path).ToUpperInvariant() is ".PFX" or ".P12" ? Path.ChangeExtension(name, Path.GetExtension(path)) : name;
            placed.Set(key, _placement.Place(path, copy, _files.Holds(path) ? () => Content(key, path) : null));
        }

        return placed.Values;
    }

    /// <summary>What a copy holds: certificates alone, whatever else was in their file; with a key, or what is not understood, it is for its owner alone.</summary>
    private (byte[] Bytes, bool IsSecret) Content(string key, string path)
    {
        var problems = new List<DeviceIdentityProblem>();
        try
        {
            if (key is SettingPaths.PrivateKey or PasswordFile || (key == SettingPaths.Certificate && !_draft.Has(SettingPaths.PrivateKey))) return (_files.Read(path, MaxBytes), true);
            using var file = IdentityFile.Read(path, problems, _files.Read);
            if (file is null) throw new ConfigurationException([.. problems.Select(p => new ConfigurationError(key, path, $"{p.What}. {p.Remedy}"))]);
            var certificates = CertificateReader.Read(file, problems);
            var text = string.Concat(certificates.Select(c => c.ExportCertificatePem() + "\n"));
            foreach (var certificate in certificates) certificate.Dispose();
            return text.Length > 0 && problems.Count == 0 ? (Encoding.ASCII.GetBytes(text), false) : (_files.Read(path, MaxBytes), true);
        }
        catch (IOException e)
        {
            throw new ConfigurationException([new ConfigurationError(key, path, e.Message)]);
        }
    }

    public void Dispose() => _files.Dispose();

    private async Task ReportAsync()
    {
        await output.WriteLineAsync($"wrote {PrintableText.Escaped(given.Output)}").ConfigureAwait(false);
        foreach (var (from, to, _, isSecret) in _placement.Copies)
            await output.WriteLineAsync($"wrote {PrintableText.Escaped(to)}{(isSecret ? $" for its owner alone; delete {PrintableText.Escaped(from)} when all is well" : "")}").ConfigureAwait(false);
        var key = _draft.Text(SettingPaths.PrivateKey) ?? _draft.Text(SettingPaths.Certificate)!;
        if (OperatingSystem.IsWindows() || _placement.Copies.Any(c => c.From == key) || !_files.Holds(key) || FileStatus.Of(key) is not { } before) return;
        PrivateFile.Tighten(key);
        if (FileStatus.Of(key) is { } after && after.Rights != before.Rights) await output.WriteLineAsync($"{PrintableText.Escaped(key)} is now for its owner alone (mode {after.Octal}, was {before.Octal})").ConfigureAwait(false);
    }

    [GeneratedRegex(@"\.iot\.([a-z0-9-]+)\.amazonaws\.com")]
    private static partial Regex RegionForm();
}
