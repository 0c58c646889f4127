using System.Security.Cryptography;
using DeviceAgent.Certificate;
using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.History;
using DeviceAgent.Local;
using DeviceAgent.Readings;
using DeviceAgent.RoleAlias;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using DeviceAgent.Supervision;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DeviceAgent.Hosting;

/// <summary>The composition root: what the agent is made of. What is registered later is stopped first.</summary>
internal static class AgentHost
{
    /// <summary>All loops together; a request in progress gets 4 s of it.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(8);

    /// <param name="options">The configuration.</param>
    /// <param name="identity">The device's certificate and key.</param>
    /// <param name="supervisor">Who started the agent; null: nobody who wants to hear of it.</param>
    /// <param name="replace">Puts other services in the place of some, after all are registered.</param>
    /// <param name="reload">When to read the configuration again; null: never.</param>
    /// <param name="state">The state directory, held against other agents; null: nobody holds it.</param>
    /// <param name="passed">Sockets that systemd listens on; null: none.</param>
    /// <param name="examination">Makes what examines the device for a report; null: none can be asked for.</param>
    public static IHost Build(
        AgentOptions options,
        DeviceIdentity identity,
        Supervisor? supervisor = null,
        Action<IServiceCollection>? replace = null,
        ReloadTrigger? reload = null,
        StateDirectory? state = null,
        PassedSockets? passed = null,
        Func<IServiceProvider, DeviceExamination>? examination = null)
    {
        // Nothing is read from the content root, whose default is the program's folder: the user that root became may not enter that.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = "/" });
        builder.Services.AddTransient(_ => new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
        var stored = StoredSettings.Recall(options);
        builder.Logging.AddAgentLogging(() => stored.Settings.Options.LogLevel, options.LogFormat, keepsLines: options.Endpoint.HasPage || options.Control.Host is not null);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTimeout);
        builder.Services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);

        builder.Services.AddSupervision(supervisor ?? Supervisor.None);
        builder.Services.AddAgentMetrics();
        builder.Services.AddDeviceClock(options.StateDirectory, options.Clock);
        builder.Services.AddTraffic(options.StateDirectory, stored.Settings.DataBudget);
        var cache = StartupJitter.Of(TimeProvider.System.GetElapsedTime(0), options.StateDirectory, stored.Settings.Options.PowerReturnSpread);
        builder.Services.AddDeviceCredentials(identity, options.ActiveIdentity, options.Credentials, s => s.GetRequiredService<RoleAliasState>().Active, cache);
        builder.Services.AddSpool(options.StateDirectory, stored.Settings.Spool, state);
        builder.Services.AddDynamoDb(options.Table);
        builder.Services.AddUpload(stored.Settings.Upload, s => s.GetRequiredService<InterceptedSink>());
        builder.Services.AddRoleAliasRotation(
            options.Rotation, options.StateDirectory, options.Credentials.RoleAlias, options.SerialNumber, s => s.GetRequiredService<DynamoDbSink>());
        builder.Services.AddSingleton<ActiveRoleAlias>(s => () => s.GetRequiredService<RoleAliasState>().Active);
        builder.Services.AddSensing(stored.Settings.Sources, stored.Settings.Reduction, options.SerialNumber, options.StateDirectory, s => s.GetRequiredService<IReadingSink>().ReadingLimits);
        builder.Services.AddLocalCredentials(options.LocalCredentials, options.StateDirectory, options.Table.Region);
        builder.Services.AddSingleton(passed ?? PassedSockets.None);
        if (options.Endpoint.HasPage) builder.Services.AddHistory(options.StateDirectory, options.SerialNumber);
        builder.Services.AddLocalEndpoint(options.Endpoint, options.StateDirectory, options.ThingName);
        if (options.Control.Host is not null)
            builder.Services.AddCertificateRotation(
                options.ThingName, options.Identity, options.Credentials, options.StateDirectory, options.Provisioning, options.EnrolmentParameters, options.Configured.Credentials);
        builder.Services.AddSingleton(stored);
        builder.Services.AddControl(options.Control, options.ThingName, options.Credentials.CaPath, stored.Memory, stored.Settings);
        if (examination is not null) builder.Services.AddSingleton<IOperation>(s => new ReportOperation(examination(s), s.GetRequiredService<RecentLines>()));
        if (reload is not null) builder.Services.AddConfigurationReload(reload);
        replace?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>Logs what is started, and what will soon be wrong with the certificate.</summary>
    public static void Announce(IHost host, AgentOptions options, DeviceIdentity identity)
    {
        var logger = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AgentHost).Namespace!);
        var roleAlias = host.Services.GetRequiredService<RoleAliasState>().Active;
        logger.AgentStarts(AgentBuild.Current.ToString(), options.ThingName, options.Table.TableName, options.Table.Region, roleAlias, options.Credentials.CredentialsEndpoint);
        if (options.Configured.File is { } file) logger.ConfigurationRead(file);
        logger.IdentityLoaded(identity.CertificateId, TimestampText.Format(identity.NotAfter), DeviceIdentityOptions.Shown(options.ActiveIdentity.CertificatePath));
        var clock = host.Services.GetRequiredService<DeviceClock>();
        foreach (var warning in clock.IsTrusted ? identity.WarningsAt(clock.GetUtcNow()) : []) logger.IdentityWarning(warning.ToString());
        if (new EnrolmentFile(options.StateDirectory).Recover() is { } lost) logger.EnrolmentLost(lost);
        AnnounceControl(host.Services.GetRequiredService<StoredSettings>(), options, logger);
        if (options.Table.Endpoint is { IsLoopback: false, Scheme: "http" } endpoint) logger.EndpointNotEncrypted(endpoint);
    }

    private static void AnnounceControl(StoredSettings stored, AgentOptions options, ILogger logger)
    {
        if (options.Control.Host is null) return;
        logger.ControlStarts(options.ThingName, WaysOf(options.Control), options.Control.Host, options.Control.Port);
        if (stored.Memory.Problem is { } problem) logger.RemoteStateLost(problem);
        if (stored.RolledBack is { } reason) logger.SettingsRolledBack(reason);
        if (stored.Conflict is { } conflict) logger.SettingsNoLongerFit(conflict);
    }

    private static string WaysOf(ControlOptions control) => (control.Shadow, control.Jobs) switch
    {
        (true, true) => "shadow and jobs",
        (true, false) => "shadow, without jobs,",
        (false, true) => "jobs, without shadow,",
        _ => "neither shadow nor jobs",
    };

    /// <param name="logging">What is logged.</param>
    /// <param name="minimum">The lowest level that is written; asked for each line.</param>
    /// <param name="format">How lines are written.</param>
    /// <param name="keepsLines">Whether the lines of the last hour are kept in memory.</param>
    internal static void AddAgentLogging(this ILoggingBuilder logging, Func<LogLevel> minimum, LogFormat format = LogFormat.Auto, bool keepsLines = false)
    {
        logging.SetMinimumLevel(LogLevel.Trace).AddFilter((category, level) => level >= minimum() && (level >= LogLevel.Warning || !IsOfTheFramework(category)));
        // A journal that reads nothing costs lines of the log; by default each loop would wait for it at its next line.
        logging.Services.Configure<ConsoleLoggerOptions>(o => o.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        logging.AddConsole(o => o.FormatterName = LogLine.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter>(new LogLine(format == LogFormat.Auto && JournalStream.IsOutput() ? LogFormat.Journal : format, TimeProvider.System));

        // In the place of the console itself, so that no source of lines gets round it, the framework's included.
        logging.Services.RemoveAll<ILoggerProvider>();
        logging.Services.AddSingleton<ConsoleLoggerProvider>();
        logging.Services.AddSingleton(new RecentLines(TimeProvider.System) { KeepsLines = keepsLines });
        logging.Services.AddSingleton<ILoggerProvider>(s => new RepetitionLimit(
            new LineRecorder(s.GetRequiredService<ConsoleLoggerProvider>(), s.GetRequiredService<RecentLines>(), TimeProvider.System), TimeProvider.System));
    }

    private static bool IsOfTheFramework(string? category) => category?.StartsWith("Microsoft", StringComparison.Ordinal) == true;
}
