using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;

namespace DeviceAgent.Testbed.Jobs.Rest;

/// <summary>Reads the configuration structures of CreateJob and UpdateJob, within the service model's limits.</summary>
internal static class JobConfig
{
    private const int MaximumRatePerMinute = 1000;
    private static readonly TimeSpan ShortestLead = TimeSpan.FromMinutes(30);

    public static JobSettings Settings(RestRequest request) => new()
    {
        Description = JobRules.Text("description", request.Text("description")),
        Rollout = request.Object("jobExecutionsRolloutConfig") is { } rollout ? Rollout(rollout) : null,
        Abort = request.Object("abortConfig") is { } abort ? Criteria(abort, "abortConfig", int.MaxValue, Abort) : null,
        Retry = request.Object("jobExecutionsRetryConfig") is { } retry ? Retries(Criteria(retry, "jobExecutionsRetryConfig", 2, Retry)) : null,
        InProgressTimeoutMinutes = request.Object("timeoutConfig") is { } timeout ? (int?)Number(timeout, "inProgressTimeoutInMinutes", 1, JobRules.MaximumTimeoutMinutes) : null,
    };

    /// <summary>Times are UTC to the minute, e.g. <c>2026-03-01T12:30</c>.</summary>
    public static JobSchedule? Schedule(RestRequest request, DateTimeOffset now)
    {
        if (request.Object("schedulingConfig") is not { } config) return null;
        if (config.ContainsKey("maintenanceWindows")) throw RegistryException.InvalidRequest("The testbed does not play maintenanceWindows; leave it out.");
        var (start, end) = (Time(config, "startTime"), Time(config, "endTime"));
        if (start - now < ShortestLead) throw RegistryException.InvalidRequest("startTime must be at least 30 minutes from now.");
        if (end - (start ?? now) < ShortestLead) throw RegistryException.InvalidRequest("endTime must be at least 30 minutes after the start.");
        return new JobSchedule(start, end, JobRules.OneOf("endBehavior", RestRequest.Value<string>(config, "endBehavior", "a string") ?? JobSchedule.StopRollout, JobSchedule.EndBehaviors));
    }

    private static JobRollout Rollout(JsonObject config) => new(
        (int?)Number(config, "maximumPerMinute", 1, MaximumRatePerMinute),
        RestRequest.Object(config, "exponentialRate") is { } rate ? Rate(rate) : null);

    private static ExponentialRate Rate(JsonObject config)
    {
        var criteria = RestRequest.Object(config, "rateIncreaseCriteria") ?? throw RegistryException.InvalidRequest("exponentialRate.rateIncreaseCriteria is needed.");
        var (notified, succeeded) = (Number(criteria, "numberOfNotifiedThings", 1), Number(criteria, "numberOfSucceededThings", 1));
        if (notified is null == succeeded is null)
            throw RegistryException.InvalidRequest("rateIncreaseCriteria must have exactly one of numberOfNotifiedThings and numberOfSucceededThings.");
        return new ExponentialRate(
            (int)Needed("baseRatePerMinute", Number(config, "baseRatePerMinute", 1, MaximumRatePerMinute)), Fraction(config, "incrementFactor", 1.1, 5), (int?)notified, (int?)succeeded);
    }

    private static AbortCriterion Abort(JsonObject config)
    {
        JobRules.OneOf("action", Text(config, "action"), ["CANCEL"]);
        return new AbortCriterion(
            JobRules.OneOf("failureType", Text(config, "failureType"), FailureType.ForAbort),
            Fraction(config, "thresholdPercentage", 0, 100),
            (int)Needed("minNumberOfExecutedThings", Number(config, "minNumberOfExecutedThings", 1)));
    }

    private static RetryCriterion Retry(JsonObject config) => new(
        JobRules.OneOf("failureType", Text(config, "failureType"), FailureType.ForRetry), (int)Needed("numberOfRetries", Number(config, "numberOfRetries", 0, 10)));

    private static IReadOnlyList<RetryCriterion> Retries(IReadOnlyList<RetryCriterion> criteria)
    {
        if (criteria.DistinctBy(c => c.Failure).Count() < criteria.Count || (criteria.Count > 1 && criteria.Any(c => c.Failure == FailureType.All)))
            throw RegistryException.InvalidRequest("jobExecutionsRetryConfig names each failure type at most once, and ALL only by itself.");
        return criteria;
    }

    private static IReadOnlyList<T> Criteria<T>(JsonObject config, string name, int maximum, Func<JsonObject, T> read)
    {
        if (config["criteriaList"] is not JsonArray { Count: > 0 } list || list.Count > maximum)
            throw RegistryException.InvalidRequest($"{name}.criteriaList must have {(maximum == int.MaxValue ? "at least 1 entry" : $"1 to {maximum} entries")}.");
        return [.. list.Select(item => item is JsonObject criterion ? read(criterion) : throw RegistryException.InvalidRequest($"{name}.criteriaList must be a list of objects."))];
    }

    private static string Text(JsonObject config, string name) => RestRequest.Value<string>(config, name, "a string") ?? throw RegistryException.InvalidRequest($"{name} is needed.");

    private static long? Number(JsonObject config, string name, long minimum, long maximum = int.MaxValue) =>
        JobRules.InRange(name, RestRequest.Value<long?>(config, name, "a whole number"), minimum, maximum);

    private static long Needed(string name, long? value) => value ?? throw RegistryException.InvalidRequest($"{name} is needed.");

    private static double Fraction(JsonObject config, string name, double minimum, double maximum)
    {
        var value = RestRequest.Value<double?>(config, name, "a number") ?? throw RegistryException.InvalidRequest($"{name} is needed.");
        return value >= minimum && value <= maximum ? value : throw RegistryException.InvalidRequest($"{name} must be between {minimum} and {maximum}; got {value}.");
    }

    private static DateTimeOffset? Time(JsonObject config, string name)
    {
        if (RestRequest.Value<string>(config, name, "a string") is not { } text) return null;
        return DateTimeOffset.TryParseExact(
            text, ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : throw RegistryException.InvalidRequest($"{name} must be a UTC time such as 2026-03-01T12:30; got '{text}'.");
    }
}
